"""What docs/webhooks.md tells receivers is run: its verifiers, in every language whose runtime is at hand."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.core.catalogue import MEANINGS
from service.core.schedule import SCHEDULE
from service.core.signing import new_secret, sign

SECRET, OLD, OTHER = (new_secret(bytes([n]) * 32) for n in (1, 2, 3))
BODY = json.dumps({"type": "comment.held", "data": {"body": "Grüße, 日本 🎈"}}, ensure_ascii=False)


def headers(*secrets: str, body: str = BODY, ago: int = 0) -> dict[str, str]:
    now = int(time.time()) - ago
    signature = sign(secrets, id="evt_1", timestamp=now, body=body.encode())
    return {"webhook-id": "evt_1", "webhook-timestamp": str(now), "webhook-signature": signature}


Case = tuple[str, dict[str, str], str, bool]


def cases() -> list[Case]:
    """Signed now: a receiver refuses what is older than five minutes, and a run of all tests takes longer."""
    return [
        (SECRET, headers(SECRET), BODY, True),
        (SECRET, headers(SECRET, OLD), BODY, True),
        (OLD, headers(SECRET, OLD), BODY, True),
        (OTHER, headers(SECRET, OLD), BODY, False),
        (SECRET, headers(SECRET), BODY.replace("held", "spam"), False),
        (SECRET, headers(SECRET, ago=400), BODY, False),
        (SECRET, headers(SECRET, ago=-400), BODY, False),
        (SECRET, headers(SECRET) | {"webhook-id": "evt_2"}, BODY, False),
        (SECRET, headers(SECRET) | {"webhook-signature": "v1,AAAA v1a,AAAA"}, BODY, False),
    ]


def snippet(repository: Path, language: str) -> str:
    page = (repository / "docs" / "webhooks.md").read_text("utf-8")
    found = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert found
    return found[1]


def runtime(command: str) -> str:
    path = shutil.which(command)
    if path is None:
        pytest.skip(f"{command} is not at hand")
    return path


def run(folder: Path, *command: str) -> list[bool]:
    done = subprocess.run(
        command,
        cwd=folder,
        input=json.dumps([case[:3] for case in cases()]),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answers: list[bool] = json.loads(done.stdout)
    return answers


EXPECTED = [case[3] for case in cases()]


def test_python_verifies(repository: Path) -> None:
    names: dict[str, Callable[..., bool]] = {}
    exec(snippet(repository, "python"), names)  # type: ignore[arg-type]
    assert [names["verify"](secret, sent, body.encode()) for secret, sent, body, _ in cases()] == EXPECTED


def test_node_verifies(repository: Path, tmp_path: Path) -> None:
    driver = "const cases = JSON.parse(require('node:fs').readFileSync(0));"
    driver += "console.log(JSON.stringify(cases.map(([s, h, b]) => verify(s, h, b))));"
    (tmp_path / "verify.js").write_text(snippet(repository, "js") + driver)
    assert run(tmp_path, runtime("node"), "verify.js") == EXPECTED


def test_the_standards_own_library_for_node_verifies(tmp_path: Path) -> None:
    npm = runtime("npm")
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "standardwebhooks@1.1.1"]
    if subprocess.run(install, cwd=tmp_path, capture_output=True, timeout=120).returncode:
        pytest.skip("the package registry is not at hand")
    (tmp_path / "verify.js").write_text(
        """
        const { Webhook } = require("standardwebhooks");
        const holds = (s, h, b) => { try { new Webhook(s).verify(b, h); return true; } catch { return false; } };
        const cases = JSON.parse(require("node:fs").readFileSync(0));
        console.log(JSON.stringify(cases.map(([s, h, b]) => holds(s, h, b))));
        """
    )
    assert run(tmp_path, runtime("node"), "verify.js") == EXPECTED


def test_php_verifies(repository: Path, tmp_path: Path) -> None:
    driver = "echo json_encode(array_map(fn($c) => verify(...$c), json_decode(stream_get_contents(STDIN), true)));"
    (tmp_path / "verify.php").write_text("<?php\n" + snippet(repository, "php") + driver)
    assert run(tmp_path, runtime("php"), "verify.php") == EXPECTED


def test_go_verifies(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = runtime("go")
    monkeypatch.setitem(os.environ, "GOCACHE", str(tmp_path / "cache"))
    imports = ["crypto/hmac", "crypto/sha256", "encoding/base64", "encoding/json", "net/http", "os"]
    imports += ["strconv", "strings", "time"]
    program = "package main\nimport (\n" + "\n".join(f'"{each}"' for each in imports) + "\n)\n"
    program += snippet(repository, "go")
    program += """
func main() {
	var cases [][]any
	json.NewDecoder(os.Stdin).Decode(&cases)
	answers := []bool{}
	for _, each := range cases {
		header := http.Header{}
		for name, value := range each[1].(map[string]any) {
			header.Set(name, value.(string))
		}
		answers = append(answers, verify(each[0].(string), header, []byte(each[2].(string))))
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}
"""
    (tmp_path / "verify.go").write_text(program)
    assert run(tmp_path, go, "run", "verify.go") == EXPECTED


def test_every_event_and_the_schedule_are_documented(repository: Path) -> None:
    page = (repository / "docs" / "webhooks.md").read_text("utf-8")
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    assert set(rows) == {kind.value for kind in MEANINGS}
    said = re.search(r"tried again after (.*?) and (.*?),", page)
    assert said
    units = {"s": 1, "min": 60, "h": 3600}
    waits = [wait.split() for wait in [*said[1].split(", "), said[2]]]
    assert tuple(int(number) * units[unit] for number, unit in waits) == SCHEDULE
