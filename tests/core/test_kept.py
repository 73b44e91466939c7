"""What a process remembers of strangers' texts is bounded by bytes, however long each is and however many they are."""

import tracemalloc
from collections.abc import Callable
from contextlib import suppress

import pytest

from service.core import masking, names, thread
from service.core.kept import Kept, digest
from service.core.masking import holds_address, mask, masked_again, restore
from service.core.names import looks
from service.core.thread import LONGEST_URL, NotAPage, canonical, may_tell, shown

#: Long letters of many bytes.
WIDE, SMILE = "\U00010400", "\U0001f600"


def page(text: str) -> object:
    with suppress(NotAPage):
        return shown(canonical(text))
    return None


REMEMBERING: dict[str, Callable[[int], object]] = {
    "an ending": lambda n: mask(f"a@b.{n:06}{WIDE * 60_000}"),
    "an ending that is looked for": lambda n: holds_address(f"a@b.{n:06}{WIDE * 60_000}"),
    "a title": lambda n: masked_again(restore(f"{n:06}{SMILE * 1_990}")),
    "addresses": lambda n: mask("a@b.co " * 280 + f"{n:06}"),
    "a name": lambda n: looks(f"{n:06}{'ﷺ' * 239}"),
    "a page": lambda n: page(f"https://a.example/{n:06}{WIDE * LONGEST_URL}"[:LONGEST_URL]),
    "a part": lambda n: may_tell(f"{n:06}{'é' * LONGEST_URL}"),
}


@pytest.mark.parametrize("name", REMEMBERING)
def test_little_is_remembered_of_a_long_text(name: str) -> None:
    remember = REMEMBERING[name]
    remember(0)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for n in range(1, 9):
            remember(n)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 8 * 50_000


@pytest.mark.parametrize("kept", [masking.KNOWN, thread.TOLD, names.LOOKS])
def test_all_that_is_remembered_has_a_bound_of_bytes(kept: Kept[bytes, object]) -> None:
    assert kept.most_bytes <= 4 * 1024 * 1024


def test_a_digest_is_as_short_whatever_the_text_and_of_half_a_character_too() -> None:
    assert {len(digest(text)) for text in ("", "a" * 100_000, "\ud800")} == {16}
    assert digest("a") != digest("b")
