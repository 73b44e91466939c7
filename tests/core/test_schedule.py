"""When to try again: a table, bounds, and what a receiver may ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.schedule import (
    JITTER,
    RETRY_AFTER_FLOOR,
    RETRY_AFTER_LIMIT,
    SCHEDULE,
    Judgement,
    judge,
    next_attempt,
    retry_after,
)

NOW = 1_800_000_000.0


@given(st.integers(1, len(SCHEDULE)), st.floats(0, 1, exclude_max=True), st.none() | st.floats(0, 1e9))
def test_a_wait_is_never_shorter_than_the_table_and_never_endless(
    failures: int, jitter: float, asked: float | None
) -> None:
    wait = next_attempt(failures, jitter=jitter, retry_after=asked)
    assert wait is not None
    assert SCHEDULE[failures - 1] <= wait
    assert wait <= max(SCHEDULE[failures - 1] * RETRY_AFTER_LIMIT, RETRY_AFTER_FLOOR) * (1 + JITTER)


def test_after_the_last_wait_it_gives_up() -> None:
    assert next_attempt(len(SCHEDULE) + 1, jitter=0.5) is None


def test_a_receiver_that_asks_for_two_minutes_gets_them() -> None:
    assert next_attempt(1, jitter=0.0, retry_after=120) == 120


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("7\x1f", 7),
        ("Fri, 15 Jan 2027 08:01:00 GMT", 60),
        ("Fri, 15 Jan 2027 07:59:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("9" * 65, None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, now=NOW) == seconds


@given(st.text(max_size=80))
def test_any_header_is_read_or_ignored(header: str) -> None:
    found = retry_after(header, now=NOW)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (200, "delivered"),
        (204, "delivered"),
        (302, "retry"),
        (410, "gone"),
        (429, "retry"),
        (500, "retry"),
        (None, "retry"),
    ],
)
def test_what_an_answer_means(status: int | None, meaning: str) -> None:
    assert judge(status) is Judgement(meaning)
