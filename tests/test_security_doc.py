"""docs/security.md has each requirement of OWASP ASVS 5.0.0, levels 1 and 2, once, and names tests that exist."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.running import REPOSITORY

PAGE: Final = (REPOSITORY / "docs" / "security.md").read_text("utf-8")

#: Of each chapter its sections, and how many requirements of levels 1 and 2 each has, numbered from 1.
SECTIONS: Final = """
    1 1:2 2:9 3:11 4:3 5:2
    2 1:3 2:3 3:4 4:1
    3 2:2 3:4 4:6 5:5 7:2
    4 1:3 2:1 3:2 4:4
    5 1:1 2:3 3:2 4:3
    6 1:3 2:12 3:4 4:4 5:5 6:3 8:4
    7 1:3 2:4 3:2 4:5 5:2 6:2
    8 1:2 2:3 3:1 4:1
    9 1:3 2:4
    10 1:2 2:2 3:4 4:11 5:5 6:2 7:3
    11 1:2 2:3 3:3 4:4 5:1 6:1
    12 1:3 2:2 3:4
    13 1:1 2:5 3:2 4:5
    14 1:2 2:4 3:3
    15 1:3 2:3 3:7
    16 1:1 2:5 3:4 4:3 5:3
    17 1:1 2:4 3:2
"""

#: How a requirement may stand, by how its line begins, in the order of the summary's columns.
STANDS: Final = ("`tests/", "By ", "Whoever runs it: ", "Does not apply: ", "Not yet: ")

LINES: Final = [
    (number, stands)
    for number, _, stands in re.findall(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
]


def requirements() -> Iterator[str]:
    for chapter, *sections in map(str.split, SECTIONS.strip().splitlines()):
        for section, count in (each.split(":") for each in sections):
            yield from (f"{chapter}.{section}.{number}" for number in range(1, int(count) + 1))


@cache
def defined_in(file: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}


def test_each_requirement_is_there_once_and_in_order() -> None:
    assert [number for number, _ in LINES] == list(requirements())
    assert len(LINES) == 253
    assert [number for number, stands in LINES if not stands.startswith(STANDS)] == []


def test_each_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 100
    assert PAGE.count("`tests/") == len(named)
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (REPOSITORY / file).is_file() or (name and name not in defined_in(REPOSITORY / file))
    ]
    assert missing == []


def test_each_file_that_is_named_exists() -> None:
    folders = [REPOSITORY / folder for folder in ("", "service", "service/store", "docs")]
    named = re.findall(r"`([\w./-]+/[\w./-]*\w\.(?:py|lua|html|lock)|[a-z_]+\.py|[\w/]+/)`", PAGE)
    assert len(named) > 20
    assert [name for name in named if not any((folder / name).exists() for folder in folders)] == []
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE)
    assert [link for link in linked if not (REPOSITORY / "docs" / link).exists()] == []
    for said in re.findall(r"\[(\w+\.md)\]\([^)]+\), “([^”]+)”", PAGE):
        page = REPOSITORY / ("docs" if (REPOSITORY / "docs" / said[0]).exists() else "") / said[0]
        assert re.search(rf"^(?:## |\*\*){re.escape(said[1])}\b", page.read_text("utf-8"), re.MULTILINE), said
    assert {f"## {said}" for said in re.findall(r"“([^”]+)” above", PAGE)} <= set(PAGE.splitlines())


def test_the_summary_counts_what_the_chapters_say() -> None:
    counted: dict[str, Counter[str]] = {}
    for number, stands in LINES:
        kind = next(each for each in STANDS if stands.startswith(each))
        counted.setdefault(number.partition(".")[0], Counter())[kind] += 1
    rows = re.findall(r"^\| (?:\[V(\d+) ([^]]+)\]\(#([\w-]+)\)|\*\*all\*\*) \| ([^a-z]+) \|$", PAGE, re.MULTILINE)
    told = {chapter or "all": [int(cell.strip("* ")) for cell in cells.split("|")] for chapter, _, _, cells in rows}
    counted["all"] = sum(counted.values(), Counter())
    assert told == {
        chapter: [*(count[kind] for kind in STANDS), sum(count.values())] for chapter, count in counted.items()
    }
    headings = [line.removeprefix("## ") for line in PAGE.splitlines() if line.startswith("## V")]
    assert headings == [f"V{chapter} {title}" for chapter, title, _, _ in rows if chapter]
    slugs = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
    assert slugs == [anchor for _, _, anchor, _ in rows if anchor]
    assert f"\nNot yet: {', '.join(number for number, stands in LINES if stands.startswith('Not yet'))}.\n" in PAGE


@pytest.mark.parametrize(
    ("page", "target"),
    [
        ("README.md", "docs/security.md"),
        ("README.md", "SECURITY.md"),
        ("SECURITY.md", "docs/security.md"),
        ("CONTRIBUTING.md", "docs/security.md"),
        ("docs/security.md", "../SECURITY.md"),
        ("docs/operations.md", "security.md"),
    ],
)
def test_whoever_looks_for_it_finds_it(page: str, target: str) -> None:
    assert f"]({target})" in (REPOSITORY / page).read_text("utf-8")
