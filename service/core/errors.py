"""Everything that Parley itself says no with.

    ParleyError
    ├── StartRefused              a process cannot start; the message is a sentence with the cure
    ├── InvalidSubmission         the writer's fields have faults, all of them listed
    ├── InvalidChange             an operator's or moderator's input has faults
    ├── Refused                   at the door: nothing was stored
    │   ├── ForeignOrigin         posted from a page that is not the site's
    │   ├── Closed                the thread takes no more comments
    │   ├── ParentMissing         a reply to what is not there for all to see
    │   ├── Duplicate             the same author, thread and text
    │   ├── ShareUsed             so much of one network is held that nobody else may be kept waiting by more
    │   ├── NoRoom                so much is held that the site takes nothing more that would be
    │   ├── TooFast               too many comments from one network; carries when to come back
    │   └── KeyReused             an Idempotency-Key with another payload
    ├── NotFound                  no such site, comment, person, endpoint
    │   └── LinkEnded             a link that works once has been used, or is too old
    │   └── InvitationOver        taken up already, or expired
    ├── NotAllowed                known, but the role does not suffice
    │   └── PageTooOld            a form of a session that has ended since, or of nobody's
    ├── NotSignedIn               unknown
    ├── Superseded                someone decided first; carries the winning decision
    ├── Leased                    someone else has it open; carries the lease
    ├── UndoTooLate               the undo window has ended
    ├── NotOpened                 sealed with a key that is missing, or changed since
    └── Unavailable               Redis, or another neighbour, does not answer

`service.web.problems` maps each to its HTTP answer, and those of `service.adapters`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from service.core.masking import cut

if TYPE_CHECKING:
    from service.core.comment import Decision, Lease


#: Faults that are told one by one; whoever sends more learns how many more. And characters of what was sent that an
#: error repeats.
MOST_FAULTS: Final = 20
LONGEST_TOLD: Final = 100


class ParleyError(Exception):
    """The root: something Parley refuses or cannot do, said in a sentence."""


class StartRefused(ParleyError):
    """A process cannot start."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one field, as a sentence for the person who typed it.

    A fault that readers meet has a *key* by which it is said in their language, and the *limit* that was passed.
    """

    field: str
    message: str
    key: str = ""
    limit: int = 0


class InvalidSubmission(ParleyError):
    """The submission has *faults*, each of them listed up to `MOST_FAULTS`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults[:MOST_FAULTS])
        more = len(faults) - len(self.faults)
        last = [f"There are {more:,} faults more."] if more else []
        super().__init__(" ".join([*(fault.message for fault in self.faults), *last]))


class InvalidChange(InvalidSubmission):
    """What an operator or a moderator asked for has *faults*."""


class Refused(ParleyError):
    """Refused at the door: nothing was stored, and the writer is told why."""


class ForeignOrigin(Refused):
    """Posted from a page of another site."""

    def __init__(self) -> None:
        super().__init__("Comments for this site can only be posted from its own pages.")


class Closed(Refused):
    """The thread takes no more comments."""

    def __init__(self) -> None:
        super().__init__("Comments are closed.")


class ParentMissing(Refused):
    """A reply to a comment that is not public."""

    def __init__(self) -> None:
        super().__init__("The comment that you reply to is not there any more. You can post yours without it.")


class Duplicate(Refused):
    """The same author said the same thing in the same thread."""

    def __init__(self) -> None:
        super().__init__("Duplicate comment detected; it looks as though you’ve already said that!")


class TooFast(Refused):
    """Too much from one network, or for one comment; *retry_after* says in how many seconds the next is welcome."""

    def __init__(self, retry_after: int, said: str = "You are posting comments too quickly. Slow down.") -> None:
        super().__init__(said)
        self.retry_after = retry_after


class ShareUsed(Refused):
    """As much from one network is held for a person as one may have waiting."""

    def __init__(self) -> None:
        super().__init__(
            "Very many comments from your network are waiting for a moderator already. Please try again when they have "
            "been read."
        )


class NoRoom(Refused):
    """As much is held for a person as the site may have waiting."""

    def __init__(self) -> None:
        super().__init__(
            "So many comments are waiting for a moderator here that no more can be taken now. Please try again later."
        )


class KeyReused(Refused):
    """An Idempotency-Key came back with another payload."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another comment. Use a new one for each comment.")


class NotFound(ParleyError):
    """There is no *what* of that name, which anybody may have typed; or none at all, as *said* in a sentence."""

    def __init__(self, what: str, name: str = "", *, said: str = "") -> None:
        super().__init__(said or f"There is no {what} “{cut(name, LONGEST_TOLD)}”.")
        self.what = what


class LinkEnded(NotFound):
    """A link that works once, for a while, does not any more, or never did."""

    def __init__(self) -> None:
        ParleyError.__init__(self, "This link has been used, or is older than fifteen minutes. Ask for a new one.")
        self.what = "link"


class InvitationOver(NotFound):
    """An invitation that *was_used*, or else has expired."""

    def __init__(self, *, was_used: bool) -> None:
        used = (
            "This invitation was taken up already: each lets one person in. If that was you, sign in with the name and "
            "the password that you chose; else ask for a new one."
        )
        expired = "This invitation has expired: each is good for fifteen minutes. Ask for a new one."
        super().__init__("invitation", said=used if was_used else expired)


class NotAllowed(ParleyError):
    """The role does not suffice."""


class PageTooOld(NotAllowed):
    """A form does not carry the token of this browser's session."""

    def __init__(self) -> None:
        super().__init__("This page is too old. Go back, reload it and try again.")


class NotSignedIn(ParleyError):
    """No session or token, or one that has ended."""


class Superseded(ParleyError):
    """Someone decided first: *winner* is the decision that stands."""

    def __init__(self, winner: "Decision") -> None:
        super().__init__(f"{winner.actor.name} already decided this comment: {winner.outcome.value}.")
        self.winner = winner


class Leased(ParleyError):
    """Someone else has the comment open: *lease* says who, and until when."""

    def __init__(self, lease: "Lease") -> None:
        super().__init__(f"{lease.holder.name} has this comment open.")
        self.lease = lease


class UndoTooLate(ParleyError):
    """The undo window has ended, or there was none; a new decision is the way."""

    def __init__(self) -> None:
        super().__init__("This decision can’t be undone any more. Decide anew instead.")


class NotOpened(ParleyError):
    """What was sealed does not open: a key that is missing sealed it, for another context, or it was changed."""

    def __init__(self) -> None:
        super().__init__(
            "What is sealed here does not open: the key that sealed it is missing. Whoever runs Parley can bring it "
            "back in SEALING_KEYS."
        )


class Unavailable(ParleyError):
    """A neighbour does not answer; what was asked may be asked again."""

    def __init__(self, neighbour: str, problem: str) -> None:
        super().__init__(f"{neighbour} is not available: {problem}")
        self.neighbour, self.problem = neighbour, problem

    @property
    def cause(self) -> str:
        """What the neighbour itself said, for its operator's log: “No space left on device”, for one."""
        return str(self.__cause__ or "")
