"""When to try a webhook again, and when to stop.

Nothing here sends anything. `judge` says what an answer means, `next_attempt` when to come back. The schedule is the
one that the Standard Webhooks specification recommends (1.0.0, "Deliverability and reliability").
"""

from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Final

_MINUTE, _HOUR = 60, 3600

#: Seconds to wait after the 1st, 2nd, … failed attempt. After the last one the delivery is dead.
SCHEDULE: Final = (
    5,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)

#: A receiver may ask for more time with Retry-After, but for no more than this many times our own wait …
RETRY_AFTER_LIMIT: Final = 2

#: … or this many seconds, whichever is more: a first wait of five seconds doubled would honour nobody.
RETRY_AFTER_FLOOR: Final = 10 * _MINUTE

#: Waits are drawn out by up to this share, so that deliveries that failed together do not come back together.
JITTER: Final = 0.2

#: Seconds of nothing but failures after which an endpoint is disabled.
FAILING_LIMIT: Final = 5 * 24 * _HOUR


class Judgement(Enum):
    """What a receiver's answer means."""

    DELIVERED = "delivered"
    RETRY = "retry"
    GONE = "gone"


def judge(status: int | None) -> Judgement:
    """Judge an answer's *status*, None where there was none: 2xx arrived, 410 wants no more, all else is a failure."""
    if status is not None and 200 <= status < 300:
        return Judgement.DELIVERED
    return Judgement.GONE if status == 410 else Judgement.RETRY


def next_attempt(failures: int, *, jitter: float, retry_after: float | None = None) -> float | None:
    """Return the seconds to wait after *failures* failed attempts, or None to give up.

    *jitter* lies in [0, 1) and is drawn by the caller, so that this stays a table. *retry_after* is what the receiver
    asked for, in seconds.
    """
    if failures > len(SCHEDULE):
        return None
    wait = float(SCHEDULE[failures - 1])
    if retry_after is not None:
        # An impatient receiver does not speed us up, an endless one does not stop us.
        wait = max(wait, min(retry_after, max(wait * RETRY_AFTER_LIMIT, RETRY_AFTER_FLOOR)))
    return wait * (1 + JITTER * jitter)


def bounded(asked: float) -> float:
    """Return for how many of the *asked* seconds an endpoint that has too much to do gets nothing at all."""
    return min(asked, RETRY_AFTER_FLOOR)


def retry_after(header: str | None, *, now: float) -> float | None:
    """Return the seconds that a Retry-After *header* asks for (RFC 9110, 10.2.3), None where it asks for nothing.

    *now* is in seconds since the epoch.
    """
    if not header or len(header) > 64:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)
