"""README's commands are run, as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import REPOSITORY, RunningParley

README = (REPOSITORY / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("block", [block for block in BLOCKS if not block.startswith("make")])
def test_each_command_does_what_it_says(block: str, parley: RunningParley) -> None:
    command = block.replace("127.0.0.1:8080", f"127.0.0.1:{parley.port}").replace(".venv/bin/python", sys.executable)
    environment = os.environ | {"PARLEY_DATA": str(parley.data)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=REPOSITORY, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "HTTP/1.1 20" in done.stdout or "whsec_" in done.stdout
    for endpoint in re.findall(r"ep_\w+", done.stdout):
        parley.cli("webhook", "remove", "--site", "demo", endpoint)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.startswith("make")])
def test_each_target_exists(block: str) -> None:
    subprocess.run([*block.split(), "--dry-run"], cwd=REPOSITORY, check=True, capture_output=True)


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)]+)\)", README))
def test_each_link_leads_somewhere(link: str) -> None:
    assert (REPOSITORY / Path(link.partition("#")[0])).exists()
