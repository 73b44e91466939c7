"""The nouns of a comment's life: Comment, Decision, Lease, Receipt. Everything here is masked, frozen and in ms."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from service.core.masking import MaskedText, mask, masked_again
from service.core.verdict import Opinion, without_spans

#: Milliseconds since the epoch by Redis's clock, the only clock that stored times are compared with.
Millis = int


#: The longest undo window.
LONGEST_UNDO: Final[Millis] = 60_000


class Outcome(StrEnum):
    """Where a stored comment stands."""

    PUBLISHED = "published"
    HELD = "held"
    REJECTED = "rejected"
    SPAM = "spam"


class Reason(StrEnum):
    """Why the policy decided as it did, or what a person did beside naming an outcome."""

    SAFE = "safe"
    TOXIC = "toxic"
    SPAM = "spam"
    NEWCOMER = "newcomer"
    LINKS = "links"
    UNSCORED = "unscored"
    AUTOMATIC = "automatic"
    LOOKALIKE = "lookalike"
    MODERATOR = "moderator"
    MUTED = "muted"
    BLOCKED = "blocked"
    ESCALATED = "escalated"
    REDACTED = "redacted"
    UNMASKED = "unmasked"


def outward(body: MaskedText, *, is_lifted: bool) -> MaskedText:
    """Return *body* as it may leave: masked once more, unless an owner showed a part of it for good."""
    return body if is_lifted else masked_again(body)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who decided: the policy, a person or an API token, by an id for us and a name for people."""

    id: str
    name: MaskedText


POLICY = Actor("policy", mask("The policy").text)
READER = Actor("reader", mask("A reader").text)


@dataclass(frozen=True, slots=True)
class Decision:
    """An act on a comment. Append-only: undoing one is another, whose *undoes* names its version.

    The *rule* is the one of the house that it names. The *note* is for colleagues and webhooks, what the author is
    *told* for the author as well. One of many made at once names their *batch*.
    """

    outcome: Outcome
    actor: Actor
    reasons: tuple[Reason, ...] = ()
    rule: MaskedText | None = None
    note: MaskedText | None = None
    told: MaskedText | None = None
    batch: str = ""
    version: int = 0
    at: Millis = 0
    undo_until: Millis = 0
    undoes: int | None = None

    @property
    def escalates(self) -> bool:
        """Whether it hands the comment on, where it stands, to whoever takes care of hard ones."""
        return Reason.ESCALATED in self.reasons


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote: the public name and website, and what seals and fingerprints the address."""

    name: MaskedText
    website: MaskedText
    sealed_address: str
    fingerprint: str
    known_as: str
    is_moderator: bool = False

    @property
    def identity(self) -> str:
        """What moderators know the writer by: the address's fingerprint, else the browser's, else nothing."""
        return self.fingerprint or self.known_as


class Likened(StrEnum):
    """What in a guest's name may make them pass for a moderator."""

    MEMBER = "member"
    SITE = "site"
    TITLE = "title"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Likeness:
    """Whom a guest's name may be taken for: *what* is the moderator's name, the site's, the title or the sign."""

    kind: Likened
    what: MaskedText


@dataclass(frozen=True, slots=True)
class Comment:
    """A stored comment: masked text only. *sealed_covers* holds what the masks cover, for a wrong one to be lifted.

    *path* is the ids from its thread's first level down to itself, joined by "/": sorted by it, threads read as trees.
    One that *is_lifted* shows what a mask hid, because an owner wanted it. Its author's name has a *likeness*, or none.
    """

    id: str
    site: str
    thread: str
    thread_url: MaskedText
    thread_title: MaskedText
    parent: str
    author: Author
    body: MaskedText
    sealed_covers: str
    opinion: Opinion
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    version: int = 0
    created_at: Millis = 0
    event: str = ""
    path: str = ""
    is_escalated: bool = False
    is_lifted: bool = False
    likeness: Likeness | None = None

    @property
    def outward(self) -> "Comment":
        """The comment as it may leave, masked once more; what an owner showed for good stays."""
        body = outward(self.body, is_lifted=self.is_lifted)
        return self if body == self.body else replace(self, body=body, opinion=without_spans(self.opinion))


@dataclass(frozen=True, slots=True)
class Seen:
    """A comment as the public and its author see it: a decision shows once it can't be undone, with what the author is
    told."""

    comment: Comment
    outcome: Outcome
    told: str

    @property
    def is_public(self) -> bool:
        """Whether all may read it."""
        return self.outcome is Outcome.PUBLISHED


class Complaint(StrEnum):
    """What a reader may report a comment for."""

    SPAM = "spam"
    ABUSE = "abuse"
    OFF_TOPIC = "off_topic"
    PRIVATE = "private"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Report:
    """A reader's report of a published comment, for the moderators."""

    complaint: Complaint
    note: MaskedText
    at: Millis = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What readers get of a comment. *depth* counts the comments above it, as far as replies are nested."""

    id: str
    parent: str
    depth: int
    name: MaskedText
    website: MaskedText
    body: MaskedText
    created_at: Millis
    is_moderator: bool = False
    is_pinned: bool = False
    is_lifted: bool = False

    @property
    def outward(self) -> MaskedText:
        """The body as it may leave, masked once more; what an owner showed for good stays."""
        return outward(self.body, is_lifted=self.is_lifted)


@dataclass(frozen=True, slots=True)
class Lease:
    """A moderator's hold on a comment: *token* proves it, until *ends*."""

    comment: str
    holder: Actor
    token: str
    ends: Millis


class Mark(StrEnum):
    """What moderators decided of an author, for whatever they write from then on."""

    BLOCK = "block"
    MUTE = "mute"
    TRUST = "trust"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of whoever holds an author key: how many of their comments were published and refused here, and
    their *mark*. The *address_mark* is that of an address which anyone may have typed."""

    published: int = 0
    refused: int = 0
    mark: Mark | None = None
    address_mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """How many comments are held for a person, or may be at most, and how many bytes their fields have."""

    comments: int
    bytes: int

    def fills(self, most: "Held") -> bool:
        """Whether there is no room for more where *most* may be held."""
        return self.comments >= most.comments or self.bytes >= most.bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a writer gets for an accepted comment. *token* opens this one comment to its author."""

    id: str
    outcome: Outcome
    token: str = field(repr=False, default="")
    replayed: bool = False
