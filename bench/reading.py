"""Reading a thread of 100 comments, beside Isso: `python -m bench.reading`. Compare the lines of one run.

Both run behind gunicorn with one worker and four threads on this machine, with the same comments. Isso comes into an
environment of its own under build/. Rounds alternate, so that whatever else the machine does meets both alike.
"""

import gzip
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import urllib3

from tests.running import REPOSITORY, RunningParley
from tests.servers import free_port

COMMENTS = 100
CONNECTIONS = 4
ROUNDS = 7
SECONDS = 2.0
SERVER = {"WEB_WORKERS": "1", "WEB_THREADS": "4"}

TEXT = (
    "The committee met again on Tuesday, and nobody could say who had moved the money or why; a pity, since the "
    "library roof still leaks and the school needs windows. I looked at the figures, and at some moment they will "
    "have to explain them. Really, it is not that hard to do the sums! This was said {n} times before."
)

ISSO = """[general]
dbpath = {folder}/comments.db
host = http://127.0.0.1/
log-file = {folder}/isso.log
[guard]
enabled = false
[moderation]
enabled = false
"""


def main() -> None:
    """Fill both with the same thread, then print rates, bytes and ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parley = RunningParley(folder / "data", **SERVER, LOG_LEVEL="warning")
        with isso(folder) as isso_url:
            page = f"{parley.url}/demo"
            fill(parley, page)
            fill_isso(isso_url)
            own = f"/embed/v1/sites/demo/thread?thread_url={quote(page, safe='')}&pages=2"
            packed = {"Accept-Encoding": "gzip"}
            etag = urllib3.request("GET", parley.url + own, headers=packed).headers["ETag"]
            subjects = {
                "Isso, JSON": (isso_url, "/?uri=%2Farticle&limit=100&nested_limit=100", packed),
                "Parley, HTML": (parley.url, own, packed),
                "Parley, unchanged (304)": (parley.url, own, packed | {"If-None-Match": etag}),
            }
            measure(subjects)
        parley.stop()


def measure(subjects: dict[str, tuple[str, str, dict[str, str]]]) -> None:
    """Print each subject's median rate, its bytes, and its rate against the first's, round by round."""
    rates: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, (url, path, headers) in subjects.items():
            rates[name].append(rate(url, path, headers))
    first = rates[next(iter(rates))]
    print(f"{'':26}{'requests/s':>12}{'of Isso':>10}{'bytes sent':>12}{'gzip':>10}")
    for name, (url, path, headers) in subjects.items():
        answer = urllib3.request("GET", url + path, headers=headers, preload_content=False, decode_content=False)
        body = answer.read()
        plain = gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body
        ratios = [mine / other for mine, other in zip(rates[name], first, strict=True)]
        print(
            f"{name:26}{statistics.median(rates[name]):12,.0f}{statistics.median(ratios):10.1f}"
            f"{len(body):12,}{len(gzip.compress(plain)) if plain else 0:10,}"
        )


def rate(url: str, path: str, headers: dict[str, str]) -> float:
    """Return how many requests a second are answered on a few kept connections."""
    host, port = url.removeprefix("http://").split(":")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n{lines}\r\n".encode()
    counts = [0] * CONNECTIONS
    until = time.perf_counter() + SECONDS

    def read(at: int) -> None:
        with socket.create_connection((host, int(port))) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.perf_counter() < until:
                connection.sendall(request)
                receive(connection)
                counts[at] += 1

    threads = [threading.Thread(target=read, args=(at,)) for at in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def receive(connection: socket.socket) -> None:
    """Read one answer to its end."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError(got[:200])
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    status = int(head.split(None, 2)[1])
    if status not in (200, 304):
        raise ConnectionError(head.decode())
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    left = (0 if status == 304 else length) - len(body)
    while left > 0:
        left -= len(connection.recv(65536))


def fill(parley: RunningParley, page: str) -> None:
    """Post the comments, every third a reply to the first."""
    parley.cli("site", "set", "demo", "hold_newcomers=false", "comments_per_minute=6000", "comments_burst=6000")
    first = ""
    for n in range(COMMENTS):
        comment = {
            "thread_url": page,
            "name": f"Reader {n}",
            "email": f"reader{n}@example.com",
            "body": TEXT.format(n=n),
        }
        status, receipt = parley.call(
            "POST", "/v1/sites/demo/comments", comment | ({"parent_id": first} if n % 3 else {})
        )
        assert status == 201, receipt
        first = first or receipt["id"]


def fill_isso(url: str) -> None:
    """Post the same to Isso."""
    first = None
    for n in range(COMMENTS):
        comment = {
            "text": TEXT.format(n=n),
            "author": f"Reader {n}",
            "parent": first if n % 3 else None,
            "title": "Article",
        }
        answer = urllib3.request(
            "POST", f"{url}/new?uri=%2Farticle", body=json.dumps(comment), headers={"Content-Type": "application/json"}
        )
        assert answer.status == 201, answer.data
        first = first or json.loads(answer.data)["id"]


def isso_python() -> Path:
    """Return the Python of Isso's environment, made when it is first needed."""
    environment = REPOSITORY / "build" / "isso"
    python = environment / "bin" / "python"
    if not python.exists():
        venv.create(environment, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "isso==0.14.0", "gunicorn"], check=True)
    return python


def isso_files() -> list[Path]:
    """Return the script and the style that Isso has a page load."""
    [package] = (isso_python().parent.parent / "lib").glob("python3*/site-packages/isso")
    return [package / "js" / "embed.min.js", package / "css" / "isso.css"]


@contextmanager
def isso(folder: Path) -> Iterator[str]:
    """Run Isso in its own environment."""
    python = isso_python()
    settings = folder / "isso.cfg"
    settings.write_text(ISSO.format(folder=folder))
    port = free_port()
    command = [
        python,
        "-m",
        "gunicorn",
        "-b",
        f"127.0.0.1:{port}",
        "-k",
        "gthread",
        "-w",
        "1",
        "--threads",
        "4",
        "isso.run",
    ]
    log = (folder / "isso.out").open("wb")
    process = subprocess.Popen(command, env=os.environ | {"ISSO_SETTINGS": str(settings)}, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    sys.exit((folder / "isso.out").read_text())
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        log.close()


if __name__ == "__main__":
    main()
