"""Many comments decided at once. A batch is a record of what was asked for and what came of it; each of its comments is
decided in a step of its own, at the version that was picked."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from service.core.action import Action
from service.core.comment import Actor, Millis
from service.core.errors import Leased, ParleyError, Superseded
from service.core.masking import MaskedText

#: Comments of a batch that are decided in one go: as many at most are decided while its moderator waits.
CHUNK: Final = 200

#: Comments of the largest batch.
LARGEST: Final = 10_000

#: How long a batch's decisions are kept quiet and may be undone without a trace outside, ms.
UNDO_WINDOW: Final = 10_000


class Pick(NamedTuple):
    """A comment at a version: the one that was seen, or the one that a batch made."""

    comment: str
    version: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A comment that a batch left as it was: *why* as a sentence, *by* whose doing if someone's, *kind* the error's
    name."""

    comment: str
    kind: str
    why: str
    by: str = ""

    @classmethod
    def of(cls, comment: str, error: ParleyError) -> "Refusal":
        """Return why *comment* was refused with *error*."""
        return cls(comment, type(error).__name__, str(error), _doer(error))


@dataclass(frozen=True, slots=True)
class Batch:
    """What *actor* asked for: an *action* on each comment; or, without one, to take back what the batch *undoes* made.
    Of the *total*, it *made* so many decisions and was *refused* so many.

    *undone_by* is the batch that took this one back last.
    """

    id: str
    site: str
    actor: Actor
    action: Action | None = None
    rule: MaskedText | None = None
    note: MaskedText | None = None
    told: MaskedText | None = None
    undoes: str = ""
    undone_by: str = ""
    created_at: Millis = 0
    total: int = 0
    made: int = 0
    refused: int = 0

    @property
    def done(self) -> int:
        """How many of its comments it is done with."""
        return self.made + self.refused

    @property
    def is_running(self) -> bool:
        """Whether there is more to do."""
        return self.done < self.total


def _doer(error: ParleyError) -> str:
    if isinstance(error, Superseded):
        return error.winner.actor.name
    return error.lease.holder.name if isinstance(error, Leased) else ""
