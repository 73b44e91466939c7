"""docker-compose.yml: checked by docker-compose's own reading, and its commands are the ones that exist."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.cli import cli
from tests.servers import require


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    repository = Path(__file__).resolve().parents[2]
    command = [require("docker-compose", "docker-compose"), "-f", str(repository / "docker-compose.yml"), "config"]
    read = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path_factory.mktemp("compose"))
    assert read.returncode == 0, read.stderr
    return dict(yaml.safe_load(read.stdout)["services"])


def test_valkey_is_durable_keeps_everything_and_is_not_published(services: dict[str, Any]) -> None:
    valkey = services["valkey"]
    command = " ".join(valkey["command"])
    for setting in ("--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"):
        assert setting in command
    assert "ports" not in valkey
    assert any("/data" in str(volume) for volume in valkey["volumes"])


@pytest.mark.parametrize("name", ["web", "worker"])
def test_web_and_worker_are_the_command_lines_own(services: dict[str, Any], name: str) -> None:
    assert services[name]["command"][0] in cli.commands
    assert services[name]["healthcheck"]
    assert services[name]["read_only"]


def test_the_image_runs_what_make_runs_as_nobody_special(repository: Path) -> None:
    dockerfile = (repository / "Dockerfile").read_text("utf-8")
    makefile = (repository / "Makefile").read_text("utf-8")
    assert 'ENTRYPOINT ["python", "-m", "service"]' in dockerfile
    assert "-m service up" in makefile
    assert re.search(r"^USER (?!root)\w+", dockerfile, re.MULTILINE)
    for lock in ("requirements-setup.lock", "requirements.lock"):
        assert lock in dockerfile
        assert (repository / lock).exists()
