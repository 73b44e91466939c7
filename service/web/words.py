"""The words that people read instead of names in code: one table for each kind."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from service.core.acts import Deed
from service.core.comment import Complaint, Decision, Likened, Likeness, Mark, Millis, Outcome, Reason
from service.core.listing import Listing, Sorting
from service.core.verdict import Label

REASONS: Final = {
    Reason.SAFE: "Nothing against it",
    Reason.TOXIC: "Toxic",
    Reason.SPAM: "Looks like spam",
    Reason.NEWCOMER: "First comment here",
    Reason.LINKS: "Many links",
    Reason.UNSCORED: "Not scored",
    Reason.AUTOMATIC: "Filled in like a program",
    Reason.LOOKALIKE: "May pass for a moderator",
    Reason.MODERATOR: "Written by a moderator",
    Reason.MUTED: "Muted author",
    Reason.BLOCKED: "Blocked author",
    Reason.ESCALATED: "Escalated",
    Reason.REDACTED: "Redacted",
    Reason.UNMASKED: "Mask lifted",
}

#: What a guest's name may be taken for.
LIKENED: Final = {
    Likened.MEMBER: "The author’s name looks like that of “{}”, who moderates here.",
    Likened.SITE: "The author’s name looks like the site’s own, “{}”.",
    Likened.TITLE: "The author’s name has a moderator’s title in it, “{}”.",
    Likened.SIGN: "The author’s name has a sign in it that passes for a moderator’s badge, “{}”.",
}

LABELS: Final[dict[Label, str]] = {
    "toxicity": "toxicity",
    "severe_toxicity": "severe toxicity",
    "profanity": "profanity",
    "threat": "threat",
    "insult": "insult",
    "identity_attack": "attack on identity",
    "spam": "spam",
}

COMPLAINTS: Final = {
    Complaint.SPAM: "Spam",
    Complaint.ABUSE: "Abuse",
    Complaint.OFF_TOPIC: "Off topic",
    Complaint.PRIVATE: "Private information",
    Complaint.OTHER: "Something else",
}

STATES: Final = {
    Outcome.PUBLISHED: "Published",
    Outcome.HELD: "Waiting",
    Outcome.REJECTED: "Rejected",
    Outcome.SPAM: "Spam",
}

ACTS: Final = {
    Outcome.PUBLISHED: "approved it",
    Outcome.HELD: "held it for a person",
    Outcome.REJECTED: "rejected it",
    Outcome.SPAM: "marked it as spam",
}

#: What is said to whoever just decided.
DONE: Final = {
    Outcome.PUBLISHED: "Approved.",
    Outcome.HELD: "It waits again.",
    Outcome.REJECTED: "Rejected.",
    Outcome.SPAM: "Marked as spam.",
}
ESCALATED: Final = "Escalated."

#: What a form does that is shown again after a sign-in: by what its path ends in, a decision by its outcome.
AGAIN: Final = {
    "published": "Approve",
    "rejected": "Reject",
    "spam": "Mark as spam",
    "escalated": "Escalate",
    "undo": "Take it back",
    "notes": "Note it",
    "reply": "Reply",
    "redact": "Redact",
    "reveal": "Show what is hidden",
    "lift": "Take the mask away",
    "batches": "Go on",
}

#: What a batch does and has done; None hands comments on.
BATCHED: Final = {
    Outcome.PUBLISHED: "Approve {}",
    Outcome.REJECTED: "Reject {}",
    Outcome.SPAM: "Mark {} as spam",
    None: "Escalate {}",
}
BATCHED_DONE: Final = {
    Outcome.PUBLISHED: "approved",
    Outcome.REJECTED: "rejected",
    Outcome.SPAM: "marked as spam",
    None: "escalated",
}

#: What somebody did beside deciding, as it follows a name.
DEEDS: Final = {
    Deed.NOTE: "noted",
    Deed.BLOCK: "blocked the author",
    Deed.MUTE: "muted the author",
    Deed.TRUST: "trusted the author",
    Deed.UNMARK: "took the author’s mark away",
    Deed.REVEAL: "looked at the address and what masks hide",
    Deed.LIFT: "took a mask away",
    Deed.REDACT: "redacted words",
    Deed.CLOSE: "closed the thread",
    Deed.REOPEN: "opened the thread again",
    Deed.PIN: "pinned the comment",
    Deed.UNPIN: "unpinned the comment",
}

#: A mark as a button, and what it does from then on.
MARKS: Final = {
    Mark.TRUST: ("Trust", "Not held as a newcomer, nor for links; the scores still hold."),
    Mark.MUTE: ("Mute", "What comes from this browser waits for a person, whatever it says."),
    Mark.BLOCK: (
        "Block",
        "What comes from this browser is rejected; by the address alone it waits where newcomers do.",
    ),
}
MARKED: Final = {
    Mark.TRUST: "Trusted from now on.",
    Mark.MUTE: "Muted from now on.",
    Mark.BLOCK: "Blocked from now on.",
    None: "The author is like any other again.",
}

THREAD_DONE: Final = {
    "close": "The thread is closed.",
    "reopen": "The thread is open again.",
    "pin": "Pinned: it stands first on its page.",
    "unpin": "Unpinned.",
}

UNDOINGS: Final = {
    Outcome.PUBLISHED: "took that back: it is published",
    Outcome.HELD: "took that back: it waits again",
    Outcome.REJECTED: "took that back: it is rejected",
    Outcome.SPAM: "took that back: it is spam",
}

LISTS: Final = {
    Listing.WAITING: "Waiting",
    Listing.UNSCORED: "Not scored",
    Listing.REPORTED: "Reported",
    Listing.ESCALATED: "Escalated",
    Listing.SPAM: "Spam",
    Listing.DECIDED: "Decided",
}

#: What an empty list says, and what would be in it.
EMPTY: Final = {
    Listing.WAITING: ("Nothing waits.", "What needs a person appears here. Everything else is published or decided."),
    Listing.UNSCORED: ("Nothing is unscored.", "Here waits what the classifier cannot judge, in another language say."),
    Listing.REPORTED: (
        "No report waits.",
        "What readers report appears here. It stays published until a person decides.",
    ),
    Listing.ESCALATED: ("Nothing is escalated.", "What a moderator hands on appears here."),
    Listing.SPAM: ("No spam.", "What was marked as spam stays here, in case it was not."),
    Listing.DECIDED: ("Nothing is decided yet.", "The latest decisions of people appear here."),
}

SORTINGS: Final = {
    Sorting.WORST: "Worst first",
    Sorting.OLDEST: "Oldest first",
    Sorting.USEFUL: "Most useful first",
}

#: In which order a list without a choice of them is.
ORDERS: Final = {
    Listing.UNSCORED: "Oldest first",
    Listing.REPORTED: "Most reported first",
    Listing.ESCALATED: "Oldest first",
    Listing.SPAM: "Latest first",
    Listing.DECIDED: "Latest first",
}

_UNSCORED: Final = {
    "language": "It is in a language that the model does not know.",
    "no_words": "There are no words in it to judge.",
    "failed": "The classifier failed on it.",
}

_LANGUAGES: Final = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "tr": "Turkish",
    "uk": "Ukrainian",
}

_UNITS: Final = (
    ("year", 365 * 86_400_000),
    ("month", 30 * 86_400_000),
    ("day", 86_400_000),
    ("hour", 3_600_000),
    ("minute", 60_000),
)


def act(decision: Decision) -> str:
    """Return what its decider did, as it follows a name."""
    if decision.undoes is not None:
        return UNDOINGS[decision.outcome]
    return "escalated it" if decision.escalates else ACTS[decision.outcome]


def undone(decision: Decision) -> str:
    """Return where a comment stands after a decision on it was taken back."""
    return f"Undone. {DONE[decision.outcome] if decision.outcome is Outcome.HELD else 'It stands as it did before.'}"


def late(winner: Decision, *, now: float) -> str:
    """Return who decided first, what, and how long ago: *now* is ms since the epoch."""
    seconds = max(0, int(now - winner.at) // 1000)
    when = f"{seconds} second{'' if seconds == 1 else 's'} ago" if seconds < 60 else ago(winner.at, now=now)
    return f"{winner.actor.name} {act(winner)} {when}. Your decision was not made."


def likeness(found: Likeness | None) -> str:
    """Return whom a guest may be taken for, as a sentence; nothing where nobody."""
    return LIKENED[found.kind].format(found.what) if found else ""


def label(name: Label) -> str:
    """Return a label in words; one that a newer model brought along reads as its name."""
    return LABELS.get(name, name.replace("_", " "))


def language(code: str) -> str:
    """Return a language by its English name, or its code where that is rare."""
    return _LANGUAGES.get(code, code or "not recognised")


def unscored(reason: str) -> str:
    """Return why a comment could not be judged, as a sentence."""
    return _UNSCORED.get(reason, f"It could not be judged ({reason.replace('_', ' ')}).")


def percent(share: float) -> str:
    """Return a probability or a share, never rounded to none or all."""
    if 0 < share < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < share < 1 else f"{share:.0%}"


def probability(value: float) -> str:
    """Return a probability with two decimals, never rounded to none or all."""
    if 0 < value < 0.01:
        return "under 0.01"
    return "over 0.99" if 0.99 < value < 1 else f"{value:.2f}"


def short(text: str, most: int) -> str:
    """Return *text*, cut where it is longer than *most* characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def comments(count: int) -> str:
    """Return how many comments there are, as a heading."""
    return "One comment" if count == 1 else f"{count:,} comments"


def reports(count: int) -> str:
    """Return how many reports there are."""
    return "One report" if count == 1 else f"{count:,} reports"


def ago(at: Millis, *, now: float) -> str:
    """Return how long before *now* (ms) something was; clocks that disagree make it "just now"."""
    unit, length = next((each for each in _UNITS if now - at >= each[1]), ("", 0))
    if not unit:
        return "just now"
    count = int((now - at) // length)
    return f"{count} {unit}{'' if count == 1 else 's'} ago"


def age(since: Millis, *, now: float) -> str:
    """Return how long something has waited *since* then, ms."""
    return ago(since, now=now).removesuffix(" ago").replace("just now", "moments")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time for people: how long *ago*, *exact*ly when in UTC, and *iso* for machines."""

    ago: str
    exact: str
    iso: str

    @classmethod
    def of(cls, at: Millis, *, now: float) -> "Moment":
        """Show the time *at* to a reader who looks at *now*, both ms since the epoch."""
        time = datetime.fromtimestamp(at / 1000, UTC)
        return cls(ago(at, now=now), f"{time.day} {time:%B %Y, %H:%M} UTC", time.isoformat(timespec="seconds"))


def again(act: str, outcome: str) -> str:
    """Return the word for what a form does whose path ends in *act*."""
    return AGAIN.get(outcome if act == "decisions" else act, "Send it")
