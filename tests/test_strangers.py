"""A stranger does not stop the service: 500 slow ones, and malformed requests, to a Parley as `make run` starts it."""

import http.client
import itertools
import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import descendants, linux, timed, wait_for
from tests.running import RunningParley
from tests.strangers import CHUNKED, FORM, GET, HEAD, JSON, SLOW, SOON, Strangers, ask, comment, many_files

pytestmark = [linux, timed]

PARTS = HEAD + b"Content-Type: multipart/form-data; boundary=x\r\n"


@pytest.fixture(scope="module")
def parley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningParley]:
    running = RunningParley(tmp_path_factory.mktemp("parley") / "data")
    running.cli("site", "set", "demo", "comments_burst=1000", "comments_per_minute=6000")
    yield running
    running.stop()


@pytest.mark.parametrize("sources", [["127.0.0.1"], [f"127.0.1.{n}" for n in range(1, 251)]], ids=["one", "many"])
@pytest.mark.parametrize("kind", SLOW)
def test_500_slow_ones_of_one_network_or_many_hold_nobody_up(
    parley: RunningParley, kind: str, sources: list[str]
) -> None:
    with many_files():
        strangers = Strangers(parley.port, SLOW[kind], drips="drip" in kind, sources=sources)
        try:
            if "readers" in kind:
                # What they ask for must be made once; that is work, not waiting.
                wait_for(lambda: ask(parley, "GET", "/healthz", source="127.0.0.1")[1] < SOON, within=20)
            for n, source in itertools.product(range(4), ("127.0.0.1", "127.0.0.2")):
                status, seconds = ask(parley, "GET", "/healthz", source=source)
                assert (status, seconds < SOON) == (200, True), seconds
                said = comment(parley, f"{kind} from {len(sources)}, {n} {source}")
                status, seconds = ask(parley, "POST", "/v1/sites/demo/comments", said, source=source)
                assert (status in (201, 202), seconds < SOON) == (True, True), seconds
        finally:
            strangers.stop()


def sized(head: bytes, body: bytes) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunks(size: int, count: int) -> bytes:
    return (b"%x\r\n" % size + b"x" * size + b"\r\n") * count + b"0\r\n\r\n"


def nested(text: bytes) -> bytes:
    return b'{"name": "Ana", "body": "a", "idempotency_key": ' + text + b"}"


#: What is asked, and the statuses that may come back.
MALFORMED: dict[str, tuple[bytes, set[int]]] = {
    "a bad chunk size": (JSON + CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", {400}),
    "a negative chunk size": (JSON + CHUNKED + b"-1\r\n{}\r\n0\r\n\r\n", {400}),
    "a huge chunk size": (JSON + CHUNKED + b"f" * 40 + b"\r\n{}", {400}),
    "a chunk that does not end": (JSON + CHUNKED + b"2\r\n{}XX0\r\n\r\n", {400}),
    "an endless chunk size": (JSON + CHUNKED + b"1" * 900_000, {400}),
    "an endless chunk extension": (JSON + CHUNKED + b"1;" + b"a" * 900_000, {400}),
    "endless trailers": (JSON + CHUNKED + b"2\r\n{}\r\n0\r\n" + b"a: b\r\n" * 150_000, {400}),
    "3 MB in chunks": (JSON + CHUNKED + chunks(65536, 48), {413}),
    "1 MB in chunks of a byte": (JSON + CHUNKED + chunks(1, 180_000), {400}),
    "3 MB": (sized(JSON, b"x" * 3_000_000), {413}),
    "3 MB announced": (JSON + b"Content-Length: 3000000\r\n\r\n", {413}),
    "3 MB asked for": (JSON + b"Expect: 100-continue\r\nContent-Length: 3000000\r\n\r\n", {413}),
    "arrays 990 deep": (sized(JSON, b"[" * 990 + b"]" * 990), {400}),
    "objects 990 deep": (sized(JSON, b'{"a":' * 990 + b"1" + b"}" * 990), {400}),
    "a field 900 deep": (sized(JSON, nested(b"[" * 900 + b"]" * 900)), {400}),
    "a field 100 deep": (sized(JSON, nested(b'[{"a":' * 50 + b"1" + b"}]" * 50)), {400}),
    "arrays that never close": (sized(JSON, b"[" * 990), {400}),
    "500,000 arrays": (sized(JSON, b"[" * 500_000 + b"]" * 500_000), {400}),
    "300,000 small arrays": (sized(JSON, b"[" + b"[]," * 300_000 + b"[]]"), {400}),
    "brackets in a string": (sized(JSON, nested(b'"' + b"[" * 900 + b'"')), {422}),
    "escaped quotes without an end": (sized(JSON, b'"' + b'\\"' * 500_000), {400}),
    "a number of 5,000 digits": (sized(JSON, b'{"body":' + b"9" * 5000 + b"}"), {400}),
    "a number beyond numbers": (sized(JSON, b'{"body": 1e999}'), {422}),
    "no number": (sized(JSON, b'{"body": NaN}'), {422}),
    "a field twice": (sized(JSON, b'{"body": "a", "body": "b"}'), {422}),
    "NUL": (sized(JSON, b'{"body": "a\0b"}'), {400}),
    "half a character": (sized(JSON, b'{"body": "\\ud800", "name": "\\ud800"}'), {422}),
    "bad UTF-8": (sized(JSON, b'{"body": "\xff"}'), {400}),
    "UTF-16": (sized(JSON, '{"body": "a"}'.encode("utf-16")), {400}),
    "no body": (sized(JSON, b""), {400}),
    "a body packed by gzip": (sized(JSON + b"Content-Encoding: gzip\r\n", b"\x1f\x8b\x08"), {400}),
    "1 MB of a&": (sized(FORM, b"a&" * 512 * 1024), {413}),
    "1 MB of %": (sized(FORM, b"a=" + b"%" * 1_000_000), {413}),
    "a form in bad UTF-8": (sized(FORM, b"body=\xff&name=%ff%00"), {422}),
    "5,000 parts": (sized(PARTS, b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 5000), {413}),
    "100,000 fields of a part": (sized(PARTS, b"--x\r\n" + b"A: b\r\n" * 100_000 + b"\r\n1\r\n--x--"), {413, 422}),
    "parts without a boundary": (sized(PARTS.replace(b"; boundary=x", b""), b"--x\r\n"), {422}),
    "parts that never begin": (sized(PARTS, b"\r" * 1_000_000), {413, 422}),
    "two kinds of length": (JSON + b"Content-Length: 5\r\n" + CHUNKED + b"0\r\n\r\n", {400}),
    "two lengths": (JSON + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", {400}),
    "a length of 5,000 digits": (JSON + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}", {400, 413}),
    "a negative length": (JSON + b"Content-Length: -1\r\n\r\n{}", {400}),
    "chunks before HTTP/1.1": (JSON.replace(b"1.1", b"1.0") + CHUNKED + b"0\r\n\r\n", {400}),
    "an unknown coding": (JSON + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", {501}),
    "a head of 1 MB": (GET + b"A: " + b"x" * 1_000_000 + b"\r\n\r\n", {431}),
    "fields without an end": (GET + b"A: b\r\n" * 200_000, {431}),
    "a line of 1 MB": (b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n", {431}),
    "a line without a version": (b"GET /healthz\r\n\r\n", {200}),
    "HTTP/1.0": (b"GET /healthz HTTP/1.0\r\n\r\n", {200}),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {404, 405}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 500 + b"\r\n\r\n", {400}),
    "no URL": (b"GET http://[a/healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {400}),
    "an unknown method": (GET.replace(b"GET", b"HACK") + b"\r\n", {405}),
    "a line that breaks": (GET + b"A: a\rb\r\n\r\n", {400}),
    "NUL in a field": (GET + b"A: a\0b\r\n\r\n", {400}),
    "a space before the colon": (GET + b"A : b\r\n\r\n", {400}),
    "bytes that are no text in the path": (b"GET /\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {400}),
    "5,000 requests ahead": ((GET + b"\r\n") * 5000, {200}),
}


def told(parley: RunningParley, said: bytes) -> tuple[int, str, str]:
    """Send *said*; return status, content type and body of the first answer."""
    with socket.create_connection(("127.0.0.1", parley.port), timeout=5) as connection:
        sending = threading.Thread(target=send, args=(connection, said))
        sending.start()
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        body = answer.read().decode()
        sending.join()
    return answer.status, answer.headers.get_content_type(), body


def send(connection: socket.socket, said: bytes) -> None:
    try:
        connection.sendall(said)
    except OSError:
        # It was refused before it was sent to its end.
        return


def spent(parley: RunningParley) -> float:
    """Return the seconds of processor time that the web server has taken."""
    own = [each for each, command in descendants(parley.process.pid).items() if "gunicorn" in command]
    fields = [Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in own]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_not_well_formed_is_refused_cheaply_in_the_form_of_its_route(parley: RunningParley, case: str) -> None:
    said, statuses = MALFORMED[case]
    before = spent(parley)
    status, kind, body = told(parley, said)
    assert status in statuses, body
    assert spent(parley) - before < 0.25
    if status >= 400:
        problem = json.loads(body)
        assert (kind, problem["status"]) == ("application/problem+json", status)
        assert len(problem["detail"]) > 20


@pytest.mark.parametrize("case", ["a bad chunk size", "3 MB in chunks", "arrays 990 deep", "1 MB of a&"])
def test_a_browser_gets_a_sentence_instead(parley: RunningParley, case: str) -> None:
    said, statuses = MALFORMED[case]
    said = said.replace(b"application/json", b"text/plain") if "chunk" in case else said
    status, kind, body = told(parley, said.replace(HEAD, HEAD + b"Accept: text/html\r\n"))
    assert status in statuses
    # JSON is answered with JSON whoever asks.
    assert kind == ("application/problem+json" if "deep" in case else "text/html")
    assert "at most" in body or "breaks the rules" in body


def test_none_of_this_was_a_fault_of_ours_or_told_the_log_who_it_was(parley: RunningParley) -> None:
    for said, _ in MALFORMED.values():
        told(parley, said)
    log = parley.log.read_text("utf-8")
    assert log.count('"event": "request"') >= len(MALFORMED)
    for sign in ("crashed", "Traceback", '"level": "error"', "127.0.0."):
        assert sign not in log
