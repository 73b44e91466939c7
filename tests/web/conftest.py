"""The real application over a real Valkey and the shipped model."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from config.settings import Settings
from service.core.people import Role
from service.processes.web_app import create_app
from service.processes.wiring import Wiring
from tests.servers import AnyServer, Servers


@pytest.fixture
def valkey(servers: Servers) -> AnyServer:
    return servers.of("valkey")


@pytest.fixture
def wiring(valkey: AnyServer, tmp_path: Path) -> Iterator[Wiring]:
    """An empty Parley with its demo site, which publishes what is safe at once."""
    wiring = Wiring(Settings(redis_url=SecretStr(valkey.url), parley_data=tmp_path))
    wiring.connection.do("FLUSHALL")
    wiring.check()
    wiring.sites.add_demo()
    wiring.sites.change("demo", {"hold_newcomers": "false", "comments_per_minute": "6000", "comments_burst": "6000"})
    yield wiring
    wiring.connection.close()


@pytest.fixture
def client(wiring: Wiring) -> FlaskClient:
    app = create_app(wiring)
    app.testing = True
    return app.test_client()


@pytest.fixture
def bearer(wiring: Wiring) -> dict[str, str]:
    """A moderator's token for the demo site, as a header."""
    return {"Authorization": f"Bearer {wiring.access.add_token('Robot', Role.MODERATOR, site='demo')}"}
