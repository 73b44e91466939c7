"""Keys that are lost or of other data: said at the start, with what to do, and borne by whatever runs on."""

import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from config.settings import Settings
from service.adapters.sealing import KeyRing
from service.cli import cli
from service.core.endpoint import EndpointChange
from service.core.errors import NotOpened, StartRefused
from service.core.people import OPERATOR, Role
from service.core.signing import sign
from service.core.site import Site
from service.processes.web_app import create_app
from service.processes.wiring import Wiring
from service.store.connection import Connection
from service.store.queue import DAY
from service.store.registry import Registry
from service.use_cases.submit import Intake
from tests.conftest import fresh
from tests.endpoints import NOW, SITE, Office
from tests.receivers import Receiver
from tests.servers import AnyServer
from tests.submissions import NETWORK, submission

#: Builds a Parley on the test's data, with keys of its own unless they are given.
Start = Callable[..., Wiring]


def key() -> SecretStr:
    return SecretStr(b64encode(os.urandom(32)).decode())


@pytest.fixture
def start(server: AnyServer, connection: Connection, tmp_path: Path) -> Iterator[Start]:
    started = []

    def start(folder: str = "data", **keys: Any) -> Wiring:
        wiring = Wiring(
            Settings(redis_url=SecretStr(server.url), parley_data=tmp_path / folder, redis_replicas=0, **keys)
        )
        started.append(wiring)
        wiring.look()
        return wiring

    yield start
    for wiring in started:
        wiring.connection.close()


def test_a_start_with_other_keys_is_refused_and_says_what_to_do(start: Start) -> None:
    old, newer, fingerprint = key(), key(), key()
    start(sealing_keys=[old], fingerprint_key=fingerprint)
    with pytest.raises(StartRefused, match="SEALING_KEYS"):
        start(sealing_keys=[newer], fingerprint_key=fingerprint)
    with pytest.raises(StartRefused, match="FINGERPRINT_KEY"):
        start(sealing_keys=[old], fingerprint_key=key())
    with pytest.raises(StartRefused, match="keys forget"):
        start("another folder")
    # Rotated: the newest seals from now on, and the old one is still needed.
    start(sealing_keys=[newer, old], fingerprint_key=fingerprint)
    start(sealing_keys=[old, newer], fingerprint_key=fingerprint)
    with pytest.raises(StartRefused):
        start(sealing_keys=[newer], fingerprint_key=fingerprint)


def test_a_key_that_is_lost_for_good_is_forgotten_on_purpose(
    start: Start, server: AnyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiring = start()
    wiring.sites.add_demo()
    client = create_app(wiring).test_client()
    typed = {"thread_url": "http://localhost/demo", "name": "Ana", "email": "ana@example.com", "body": "You idiot."}
    id = client.post("/v1/sites/demo/comments", json=typed).json["id"]
    monkeypatch.setenv("REDIS_URL", server.url)
    monkeypatch.setenv("PARLEY_DATA", str(tmp_path / "another"))
    refused = CliRunner().invoke(cli, ["keys", "forget"], input="n\n")
    assert refused.exit_code == 1
    assert "Forgot 2 missing keys" in CliRunner().invoke(cli, ["keys", "forget", "--yes"]).output
    wiring = start("another")
    owner = {"Authorization": f"Bearer {wiring.access.add_token('Olga', Role.OWNER, site='demo')}"}
    app = create_app(wiring)
    reveal = app.test_client().post(f"/v1/sites/demo/comments/{id}/reveal", json={"reason": "Why?"}, headers=owner)
    assert (reveal.status_code, reveal.json["type"]) == (503, "urn:parley:NotOpened")
    assert "SEALING_KEYS" in reveal.json["detail"]
    assert "No key is missing" in CliRunner().invoke(cli, ["keys", "forget", "--yes"]).output


def test_a_webhook_whose_secret_does_not_open_fails_visibly_until_it_is_rotated(
    office: Office, connection: Connection, registry: Registry, receiver: Receiver, intake: Intake, site: Site
) -> None:
    endpoint, _ = office.add(receiver.url, headers={"X-Team": "desk"})
    id = intake.receive(submission("Well said."), site=site, network=NETWORK).id
    event = intake.queue.find(SITE, id).event
    later = Office(connection, registry, life=30 * DAY, fresh=fresh, key=b"n" * 32)
    later.run_all()
    shown = later.webhooks.exchange(SITE, endpoint, event, member=OPERATOR)
    assert "or rotate the secret" in str(shown.attempts[-1].error)
    assert later.webhooks.find(SITE, endpoint, member=OPERATOR).health.failing_since
    assert receiver.requests == []
    later.webhooks.change(SITE, endpoint, EndpointChange.parse({"headers": {}}), member=OPERATOR)
    secret = later.webhooks.rotate(SITE, endpoint, member=OPERATOR)
    later.make_due()
    later.run_all()
    [request] = receiver.requests
    # By the new secret alone: the one before it does not open.
    signature = sign([secret], id=event, timestamp=int(NOW), body=request.body)
    assert request.headers["webhook-signature"] == signature


def test_what_another_key_sealed_says_so() -> None:
    sealed = KeyRing([b"a" * 32]).seal("secret", context="here")
    with pytest.raises(NotOpened, match="the key that sealed it is missing"):
        KeyRing([b"b" * 32]).unseal(sealed, context="here")
