"""What readers see: frozen view models of a thread and its form, built from masked text alone by pure functions."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.core.comment import Comment, Outcome
from service.core.masking import MASK
from service.core.site import Site
from service.core.thread import NotAPage, canonical
from service.web import words
from service.web.words import Moment

#: Tints of the avatars.
HUES: Final = 12

#: Fields of the comment form that its writer does not see.
HIDDEN: Final = ("thread_url", "thread_id", "thread_title", "parent_id", "author_key")


def initial(name: str) -> str:
    """Return the letter that stands for *name*: the first letter or digit, else the first character."""
    letter = next((character for character in name if character.isalnum()), name[:1])
    return letter.upper()[:1] or "?"


def hue(name: str) -> int:
    """Return the tint of *name*, below `HUES`: of the public name and nothing else."""
    return hashlib.sha256(name.casefold().encode()).digest()[0] % HUES


@dataclass(frozen=True, slots=True)
class AuthorShown:
    """Who wrote, as everyone may see it; *website* is empty where it could not be followed."""

    name: str
    initial: str
    hue: int
    website: str

    @classmethod
    def of(cls, comment: Comment) -> "AuthorShown":
        """Show the author of *comment*."""
        name, website = comment.author.name, comment.author.website
        is_link = website.startswith(("http://", "https://")) and MASK not in website
        return cls(name, initial(name), hue(name), website if is_link else "")


@dataclass(frozen=True, slots=True)
class CommentShown:
    """A comment on its page. *parent_name* is empty where the parent is not on the same page."""

    id: str
    author: AuthorShown
    when: Moment
    paragraphs: tuple[str, ...]
    is_pending: bool
    parent_id: str
    parent_name: str

    @classmethod
    def of(cls, comment: Comment, *, now: float, parent_name: str = "") -> "CommentShown":
        """Show *comment* to a reader at *now*, ms since the epoch."""
        return cls(
            id=comment.id,
            author=AuthorShown.of(comment),
            when=Moment.of(comment.created_at, now=now),
            paragraphs=tuple(re.split(r"\n\s*\n", comment.body.strip())),
            is_pending=comment.outcome is Outcome.HELD,
            parent_id=comment.parent,
            parent_name=parent_name,
        )


@dataclass(frozen=True, slots=True)
class ThreadShown:
    """A page's comments under their heading; *more* is the cursor of those that follow, or empty."""

    heading: str
    comments: tuple[CommentShown, ...]
    more: str

    @classmethod
    def of(cls, comments: Sequence[Comment], *, title: str, count: int, more: str, now: float) -> "ThreadShown":
        """Show *comments*, of *count* in all, to a reader at *now*, ms since the epoch."""
        names = {comment.id: comment.author.name for comment in comments}
        heading = words.comments(count) if count else f"Be the first to comment on “{title}”"
        shown = (CommentShown.of(each, now=now, parent_name=names.get(each.parent, "")) for each in comments)
        return cls(heading, tuple(shown), more)


@dataclass(frozen=True, slots=True)
class FormShown:
    """The comment form: what was typed, and the fault of each field. *page_url* leads back, empty unless it is safe."""

    action: str
    values: Mapping[str, str]
    faults: Mapping[str, str]
    parent_name: str
    page_url: str
    idempotency_key: str
    requires_name_email: bool

    @classmethod
    def of(
        cls,
        site: Site,
        *,
        values: Mapping[str, str],
        faults: Mapping[str, str] | None = None,
        parent_name: str = "",
        idempotency_key: str,
    ) -> "FormShown":
        """Show the form of *site*, filled in with *values*."""
        return cls(
            action=f"/v1/sites/{site.id}/comments",
            values=values,
            faults=faults or {},
            parent_name=parent_name,
            page_url=_page(site, values.get("thread_url", "")),
            idempotency_key=idempotency_key,
            requires_name_email=site.policy.require_name_email,
        )

    @property
    def hidden(self) -> Mapping[str, str]:
        """What travels along unseen."""
        known = {name: self.values[name] for name in HIDDEN if self.values.get(name)}
        return known | {"idempotency_key": self.idempotency_key}

    @property
    def is_reply(self) -> bool:
        """Whether it answers another comment."""
        return bool(self.values.get("parent_id"))


def _page(site: Site, url: str) -> str:
    """Return *url* if it is a page of *site*: whoever posts a form must not make us link to a stranger."""
    try:
        page = canonical(url)
    except NotAPage:
        return ""
    return page if site.has_page(page) else ""
