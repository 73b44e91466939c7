"""What the audit of the locked packages says: a vulnerability, that there is none, or that nobody knows."""

import json
from typing import Any

import pytest

from tools.audit import verdict

SOUND = {"name": "flask", "version": "3.1.3", "vulns": []}
FAULTY = {"name": "jinja2", "version": "3.1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.1", "3.2"]}]}
UNKNOWN = {"name": "nh3", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "said", "is_well"),
    [
        ([SOUND], "None of 1 packages has a known vulnerability.", True),
        ([SOUND, UNKNOWN], "None of 1 packages has a known vulnerability. Of 1 nothing could be had.", True),
        ([UNKNOWN, FAULTY], "Known vulnerabilities:\njinja2 3.1.0: PYSEC-1, mended in 3.1.1, 3.2", False),
        ([UNKNOWN, UNKNOWN], "could not be had", True),
    ],
)
def test_what_is_not_known_is_never_called_sound(packages: list[dict[str, Any]], said: str, is_well: bool) -> None:  # noqa: FBT001
    text, well = verdict(json.dumps({"dependencies": packages}))
    assert (said in text, well) == (True, is_well)


def test_no_answer_at_all_is_said_so() -> None:
    assert verdict("\n") == (verdict("")[0], True)
    assert "could not be had" in verdict("")[0]
