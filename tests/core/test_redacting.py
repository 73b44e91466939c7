"""Parts of a text covered and shown again: whatever is done in whichever order, nothing moves and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import covers
from service.core.masking import MASK, REDACTION, Masked, lift, lift_one, mask, redact

pieces = st.sampled_from(["me@example.com", " two (at) example (dot) org ", "Ask ", "é", "\n", MASK, REDACTION, "x. "])
texts = st.lists(pieces, min_size=1, max_size=12).map("".join)


def in_place(masked: Masked) -> bool:
    """Whether every mask stands where its cover says, in order and apart."""
    done = 0
    for cover in masked.covered:
        if cover.begin < done or not masked.text.startswith(cover.mask, cover.begin):
            return False
        done = cover.end
    return True


@st.composite
def treated(draw: st.DrawFn) -> tuple[str, Masked]:
    """Draw a text, and the same after parts of it were redacted and masks lifted, in any order."""
    text = draw(texts)
    masked = mask(text)
    for _ in range(draw(st.integers(0, 6))):
        if masked.covered and draw(st.booleans()):
            masked = lift_one(masked, draw(st.sampled_from(masked.covered)).begin)
        elif masked.text:
            begin = draw(st.integers(0, len(masked.text) - 1))
            masked = redact(masked, begin, draw(st.integers(begin + 1, len(masked.text))))
    return text, masked


@given(treated())
def test_every_mask_stays_true_and_all_together_give_back_the_text(drawn: tuple[str, Masked]) -> None:
    text, masked = drawn
    assert in_place(masked)
    assert lift(masked) == text


@given(treated())
def test_lifting_what_is_left_one_by_one_gives_back_the_text(drawn: tuple[str, Masked]) -> None:
    text, masked = drawn
    while masked.covered:
        masked = lift_one(masked, masked.covered[-1].begin)
        assert in_place(masked)
    assert masked.text == text


@given(treated())
def test_what_is_sealed_comes_back_as_it_was(drawn: tuple[str, Masked]) -> None:
    hidden = {"body": drawn[1].covered, "name": ()}
    assert covers.loads(covers.dumps(hidden)) == {name: each for name, each in hidden.items() if each}


def test_a_part_reads_the_same_however_long_it_was() -> None:
    masked = mask("You utter fool, he said.")
    assert redact(masked, 4, 14).text == f"You {REDACTION}, he said."
    assert redact(masked, 4, 5).text == f"You {REDACTION}tter fool, he said."


def test_a_mask_is_redacted_whole_and_lifting_the_redaction_shows_the_mask_and_no_address() -> None:
    masked = mask("Write to me@example.com now.")
    for begin, end in ((0, 10), (10, 11), (12, 20)):
        redacted = redact(masked, begin, end)
        assert MASK not in redacted.text
        (cover,) = redacted.covered
        assert "me@example.com" in cover.clear
        assert lift_one(redacted, cover.begin) == masked


def test_redacting_a_redaction_covers_once() -> None:
    masked = redact(redact(mask("One two three me@example.com."), 4, 7), 0, 18)
    (cover,) = masked.covered
    assert cover.original.startswith("One two")
    assert [each.mask for each in cover.within] == [MASK]


@pytest.mark.parametrize(("begin", "end"), [(0, 0), (3, 2), (-1, 2), (0, 99)])
def test_what_is_not_there_is_not_redacted(begin: int, end: int) -> None:
    with pytest.raises(ValueError, match="nothing to redact"):
        redact(mask("Short."), begin, end)


def test_where_no_mask_begins_none_is_lifted() -> None:
    with pytest.raises(ValueError, match="no mask"):
        lift_one(mask(f"{MASK} typed, me@example.com not."), 0)


def test_what_is_covered_does_not_print() -> None:
    masked = redact(mask("Write to me@example.com now."), 0, 20)
    assert "example.com" not in repr(masked)
    assert "Write" not in repr(masked)
