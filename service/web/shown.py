"""What readers see: frozen view models of a thread and its form, built from masked text alone by pure functions."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from service.core import submission
from service.core.comment import Author, Comment, Millis, Outcome, Reading
from service.core.masking import MASK
from service.core.site import Site
from service.core.thread import NotAPage, canonical, link_to, shown
from service.store.pages import Order
from service.use_cases.submit import KEY_LENGTHS
from service.web.locale import LONGEST_LANG, Words
from service.web.markup import rendered
from service.web.naming import LONGEST_THREAD, NAMES

#: Tints of the avatars.
HUES: Final = 12

#: Fields of the comment form that its writer does not see.
HIDDEN: Final = (*NAMES, "thread_title", "parent_id", "author_key", "lang")

#: Characters that each field of the comment form may have, and that it comes back with at most.
LONGEST: Final = submission.LONGEST | {
    "thread": LONGEST_THREAD,
    "lang": LONGEST_LANG,
    "idempotency_key": KEY_LENGTHS.stop - 1,
    "shown_at": 100,
}


def initial(name: str) -> str:
    """Return the letter that stands for *name*: the first letter or digit, else the first character."""
    letter = next((character for character in name if character.isalnum()), name[:1])
    return letter.upper()[:1] or "?"


def hue(name: str) -> int:
    """Return the tint of *name*, below `HUES`: of the public name and nothing else."""
    return hashlib.sha256(name.casefold().encode()).digest()[0] % HUES


@dataclass(frozen=True, slots=True)
class Where:
    """A thread, as its links name it: *base* is our own origin, *thread* its signed key where that names it."""

    base: str
    site: str
    thread_url: str = ""
    thread_id: str = ""
    thread_title: str = ""
    lang: str = ""
    thread: str = ""

    @property
    def door(self) -> str:
        """Where its form leads."""
        return f"{self.base}/v1/sites/{self.site}/comments"

    def page(self, **more: str) -> str:
        """Return the address of its page without JavaScript; *more* is what to show there."""
        query = {name: value for name, value in (self.values | more).items() if value}
        return f"{self.base}/embed/v1/sites/{self.site}/page?{urlencode(query)}"

    def report(self, comment: str) -> str:
        """Return the address of the page that reports *comment*."""
        return f"{self.base}/embed/v1/sites/{self.site}/comments/{comment}/report?{urlencode({'lang': self.lang})}"

    @property
    def values(self) -> dict[str, str]:
        """What names the thread, for a query or a form."""
        return {
            "thread_url": self.thread_url,
            "thread_id": self.thread_id,
            "thread": self.thread,
            "thread_title": self.thread_title,
            "lang": self.lang,
        }


@dataclass(frozen=True, slots=True)
class AuthorShown:
    """Who wrote, as everyone may see it; *website* is empty where it could not be followed. The *look* of the avatar is
    the name's tint, deep for moderators and pale for everybody else."""

    name: str
    initial: str
    look: str
    website: str
    is_moderator: bool

    @classmethod
    def of(cls, author: Author | Reading) -> "AuthorShown":
        """Show *author*, or that of a reading."""
        name, website = author.name, author.website
        is_link = website.startswith(("http://", "https://")) and MASK not in website
        look = f"parley-hue-{hue(name)}{' parley-deep' if author.is_moderator else ''}"
        return cls(name, initial(name), look, website if is_link else "", author.is_moderator)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time for people and for machines."""

    exact: str
    iso: str

    @classmethod
    def of(cls, at: Millis, words: Words) -> "Moment":
        """Show the time *at*."""
        return cls(words.date(at), datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds"))


@dataclass(frozen=True, slots=True)
class CommentShown:
    """A comment on its page. *parent_name* is empty where the parent is not on the same page.

    One that *is_pinned* stands first. Its author sees it while it *is_pending*, and what they were told when it
    *is_refused*.
    """

    id: str
    author: AuthorShown
    when: Moment
    body: Markup
    depth: int
    parent_id: str
    parent_name: str
    is_pending: bool = False
    is_refused: bool = False
    is_pinned: bool = False
    told: str = ""

    @classmethod
    def of(cls, reading: Reading, words: Words, *, deepest: int, parent_name: str = "") -> "CommentShown":
        """Show *reading* to everyone, indented to the level *deepest* at most."""
        return cls(
            id=reading.id,
            author=AuthorShown.of(reading),
            when=Moment.of(reading.created_at, words),
            body=rendered(reading.outward, words("mask")),
            depth=min(reading.depth, deepest),
            parent_id=reading.parent,
            parent_name=parent_name,
            is_pinned=reading.is_pinned,
        )

    @classmethod
    def own(cls, comment: Comment, words: Words, *, outcome: Outcome, told: str, deepest: int) -> "CommentShown":
        """Show *comment* to its author, for whom it stands at *outcome*."""
        return cls(
            id=comment.id,
            author=AuthorShown.of(comment.author),
            when=Moment.of(comment.created_at, words),
            body=rendered(comment.outward.body, words("mask")),
            depth=min(comment.path.count("/"), deepest),
            parent_id=comment.parent,
            parent_name="",
            is_pending=outcome is Outcome.HELD,
            is_refused=outcome in (Outcome.REJECTED, Outcome.SPAM),
            told=told,
        )


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order that readers may choose."""

    key: str
    link: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ThreadShown:
    """A page's comments under their heading. *more* is the cursor of those that follow, or empty; *is_part* says that
    it does not begin at the thread's beginning."""

    where: Where
    heading: str
    comments: tuple[CommentShown, ...]
    orders: tuple[OrderShown, ...]
    more: str
    is_part: bool
    is_closed: bool

    @classmethod
    def of(
        cls,
        readings: Sequence[Reading],
        words: Words,
        *,
        where: Where,
        count: int,
        order: Order,
        deepest: int,
        more: str = "",
        is_part: bool = False,
        is_closed: bool = False,
    ) -> "ThreadShown":
        """Show *readings*, of *count* in all."""
        names = {reading.id: reading.name for reading in readings}
        heading = words("comments", count=count) if count else words("first", title=where.thread_title)
        shown = (
            CommentShown.of(each, words, deepest=deepest, parent_name=names.get(each.parent, "")) for each in readings
        )
        orders = (OrderShown(each.value, where.page(sort=each.value), each is order) for each in Order)
        return cls(
            where=where,
            heading=heading,
            comments=tuple(shown),
            orders=tuple(orders) if count > 1 else (),
            more=more,
            is_part=is_part,
            is_closed=is_closed,
        )


@dataclass(frozen=True, slots=True)
class FormShown:
    """The comment form: what was typed, and the fault of each field. *page_url* leads back, empty unless it is safe."""

    action: str
    values: Mapping[str, str]
    faults: Mapping[str, str]
    parent_name: str
    page_url: str
    idempotency_key: str
    shown_at: str
    requires_name_email: bool
    problem: str = ""

    @classmethod
    def of(
        cls,
        site: Site,
        *,
        base: str,
        values: Mapping[str, str],
        shown_at: str,
        idempotency_key: str = "",
        faults: Mapping[str, str] | None = None,
        parent_name: str = "",
        problem: str = "",
    ) -> "FormShown":
        """Show the form of *site*, filled in with *values*."""
        return cls(
            action=f"{base}/v1/sites/{site.id}/comments",
            values=values,
            faults=faults or {},
            parent_name=parent_name,
            page_url=_page(site, values.get("thread_url", "")),
            idempotency_key=idempotency_key,
            shown_at=shown_at,
            requires_name_email=site.policy.require_name_email,
            problem=problem,
        )

    @property
    def hidden(self) -> Mapping[str, str]:
        """What travels along unseen."""
        known = {name: self.values[name] for name in HIDDEN if self.values.get(name)}
        return known | {"idempotency_key": self.idempotency_key, "shown_at": self.shown_at}

    @property
    def longest(self) -> Mapping[str, int]:
        """How many characters each field may have."""
        return LONGEST

    @property
    def is_reply(self) -> bool:
        """Whether it answers another comment."""
        return bool(self.values.get("parent_id"))


def _page(site: Site, url: str) -> str:
    """Return *url* if it is a page of *site*: whoever posts a form must not make us link to a stranger."""
    if MASK in url:
        return ""
    try:
        page = canonical(url)
    except NotAPage:
        return ""
    return link_to(shown(page).text) if site.has_page(page) else ""
