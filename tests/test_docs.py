"""What operators rely on is data, and the docs say the same."""

from pathlib import Path

import click
import pytest

from config.settings import Settings
from service.cli import cli
from service.core.policy import Policy
from service.web.problems import TABLE


def rows(page: Path) -> dict[str, str]:
    """Return the rows of the page's tables by their first cell's code."""
    lines = [line for line in page.read_text("utf-8").splitlines() if line.startswith("| `")]
    return {line.split("`")[1]: line for line in lines}


def test_every_setting_is_documented_with_its_meaning_and_default(repository: Path) -> None:
    documented = rows(repository / "docs" / "settings.md")
    assert {name.upper() for name in Settings.model_fields} <= set(documented)
    for name, field in Settings.model_fields.items():
        row = documented[name.upper()]
        assert field.description is not None
        assert field.description in row
        if name != "parley_data":
            assert (f"`{field.default}`" if field.default not in (None, ()) else "unset") in row


def test_every_value_of_a_policy_is_documented(repository: Path) -> None:
    documented = rows(repository / "docs" / "settings.md")
    for name, field in Policy.model_fields.items():
        assert field.description is not None
        assert field.description in documented[name]


def test_every_problem_is_documented_with_its_status(repository: Path) -> None:
    documented = rows(repository / "docs" / "api.md")
    for kind, (status, title) in TABLE.items():
        assert str(status) in documented[kind.__name__]
        assert title in documented[kind.__name__]


def commands(group: click.Group, words: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found += commands(command, (*words, name)) if isinstance(command, click.Group) else [(*words, name)]
    return found


@pytest.mark.parametrize("words", commands(cli), ids=" ".join)
def test_every_command_is_documented_and_explains_itself(words: tuple[str, ...], repository: Path) -> None:
    assert f"`{' '.join(words)}" in (repository / "docs" / "operations.md").read_text("utf-8")
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    assert command.help
