"""Nothing that is typed or set reaches a security policy but an origin: no sign that a policy reads as its own."""

import re

import pytest
from flask.testing import FlaskClient

from config.settings import InvalidSettings, Settings
from service.core.errors import InvalidChange
from service.core.thread import origin_of
from service.processes.wiring import Wiring
from service.web.traffic import policy
from tests.web.test_api import DOOR, SAFE
from tests.web.test_pages import BROWSER

#: Hosts with what would end an origin, a source or a directive.
HOSTS = [
    "a.example;script-src",
    "a.example,b.example",
    "a'b.example",
    'a"b.example',
    "a b.example",
    "a.example\t",
    "a.example\n;",
    "a.example\r\nSet-Cookie: x=1",
    "a\x00.example",
    "a\x7f.example",
    "a\xa0.example",
    "a%3Bscript-src.example",
    "a.example:80;x",
    "a.example:٨٠",
    "a.example:0",
    "a.example:99999",
    "a.example:",
    "*.example",
    "*",
    "a(b).example",
    "a\\b.example",
    "a；b.example",
    "a．b；script-src",
    "user@a.example",
    "[::1",
    "[::1;x]",
    "[v1.a;b]",
    "[::::]",
    "..a.example",
    ".",
    "",
]

ORIGIN = r"https?://(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?"
POLICY = re.compile(re.escape(policy()).replace(r"form\-action\ 'self'", rf"form\-action\ 'self'(?: {ORIGIN})?"))


@pytest.mark.parametrize("host", HOSTS, ids=ascii)
def test_the_policy_takes_origins_alone(host: str) -> None:
    for text in (f"https://{host}", f"https://{host}/", host, f"javascript:{host}", f"https://a.example {host}"):
        assert POLICY.fullmatch(policy(posts_to=text)), text
        assert re.fullmatch(ORIGIN, origin_of(text)) or origin_of(text) == ""
    assert policy(posts_to=f"https://{host}") == policy()
    assert "form-action 'self' https://a.example:8443;" in policy(posts_to="https://a.example:8443")
    assert "form-action 'self' http://[::1]:8080;" in policy(posts_to="http://[::1]:8080")


@pytest.mark.parametrize("host", [host for host in HOSTS if host.strip() == host], ids=ascii)
def test_no_site_has_such_an_origin(wiring: Wiring, host: str) -> None:
    with pytest.raises(InvalidChange) as refused:
        wiring.sites.add("news", origins=(f"https://{host}",))
    assert "An origin is a scheme and a host" in str(refused.value)
    with pytest.raises(InvalidChange):
        wiring.sites.change("demo", {"origins": f"https://{host or '?'} https://a.example"})


@pytest.mark.parametrize("host", [host for host in HOSTS if host and "\x00" not in host], ids=ascii)
@pytest.mark.parametrize("name", ["PUBLIC_URL", "HOST"])
def test_no_setting_has_such_a_host(monkeypatch: pytest.MonkeyPatch, name: str, host: str) -> None:
    monkeypatch.setenv(name, f"https://{host}" if name == "PUBLIC_URL" else host)
    if host.startswith("a.example") and host.strip(":\t") == "a.example" and name == "PUBLIC_URL":
        # Nothing is left of these in the URL that is read.
        assert str(Settings.load().public_url) == "https://a.example/"
        return
    with pytest.raises(InvalidSettings, match=f"{name} is not valid"):
        Settings.load()


def test_no_answer_to_what_is_typed_has_another_policy(client: FlaskClient) -> None:
    for host in HOSTS:
        for url in (
            f"https://{host}/a",
            f"https://{host}",
            f"https://a.example/{host}",
            f"https://a.example/?x={host}",
        ):
            for sent in ({"name": ""}, {}):
                posted = client.post(DOOR, data=SAFE | sent | {"thread_url": url}, headers=BROWSER)
                assert POLICY.fullmatch(posted.headers["Content-Security-Policy"]), url
                assert "\n" not in f"{posted.headers.get('Location', '')}{posted.headers.get('Set-Cookie', '')}"
            page = client.get("/embed/v1/sites/demo/page", query_string={"thread_url": url})
            assert POLICY.fullmatch(page.headers["Content-Security-Policy"]), url
