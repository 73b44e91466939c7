"""Which hosts Parley answers to: the address that it listens on, this machine, and where people reach it."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import HttpUrl, SecretStr

from config.settings import Settings
from service.processes.web_app import create_app
from service.processes.wiring import Wiring
from tests.servers import AnyServer

LOCAL = ("localhost", "127.0.0.1", "[::1]", "[0:0:0:0:0:0:0:1]", "LOCALHOST")


@pytest.mark.parametrize(
    ("host", "public_url", "more", "local_url"),
    [
        ("127.0.0.1", None, (), "http://127.0.0.1:8080/"),
        ("::1", None, (), "http://[::1]:8080/"),
        ("[::1]", None, (), "http://[::1]:8080/"),
        ("0:0:0:0:0:0:0:1", None, (), "http://[::1]:8080/"),
        ("192.0.2.7", "https://[2001:db8::7]", ("192.0.2.7", "[2001:DB8::7]"), "http://192.0.2.7:8080/"),
        ("2001:db8::9", "https://a.example", ("a.example", "[2001:db8::9]"), "http://[2001:db8::9]:8080/"),
        ("::", "https://a.example:8443", ("a.example",), "http://[::1]:8080/"),
        ("[::]", "https://a.example", ("a.example",), "http://[::1]:8080/"),
        ("0.0.0.0", "https://a.example", ("a.example",), "http://127.0.0.1:8080/"),
        ("Desk.intranet", None, ("desk.intranet",), "http://Desk.intranet:8080/"),
    ],
)
def test_it_answers_to_its_own_hosts_alone(
    valkey: AnyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, public_url: str | None,
    more: tuple[str, ...], local_url: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("HOST", host)
    known = {"public_url": HttpUrl(public_url)} if public_url else {}
    wiring = Wiring(Settings(redis_url=SecretStr(valkey.url), parley_data=tmp_path, **known))  # type: ignore[arg-type]
    assert wiring.local_url == local_url
    client: FlaskClient = create_app(wiring).test_client()
    for name in (*LOCAL, *more):
        for port in ("", ":8080", ":9"):
            assert client.get("/healthz", headers={"Host": f"{name}{port}"}).status_code == 200, (host, name)
    for name in ("rebound.example", "[2001:db8::1]", "[", "[::1", "::1", "[::1]x", "192.0.2.1", ""):
        refused = client.get("/healthz", headers={"Host": name})
        assert refused.status_code == 400, (host, name)
        assert "PUBLIC_URL" in refused.json["detail"]


@pytest.mark.parametrize("host", ["::", "[::]", "0.0.0.0"])
def test_who_listens_everywhere_and_says_no_name_answers_to_any(
    valkey: AnyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("HOST", host)
    client = create_app(Wiring(Settings(redis_url=SecretStr(valkey.url), parley_data=tmp_path))).test_client()
    assert client.get("/healthz", headers={"Host": "[2001:db8::1]:8080"}).status_code == 200
