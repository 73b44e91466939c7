"""A form whose session had ended: it is carried past the sign-in, and shown again to whoever sent it. Nothing is done
before they confirm it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import request

from service.core.masking import mask
from service.web import cookies, words

#: Fields that are carried, and their characters in all: reading them for addresses comes before any pace.
MOST_FIELDS: Final = 900
MOST_CHARACTERS: Final = 10_000

_NAME: Final = re.compile(r"[a-z_-]{1,40}")
_PREFIX: Final = "again:"

#: What is never carried: a secret, a proof.
_LEFT_OUT: Final = ("csrf_token", "lease", "old", "password")

#: What a person types, with its label; the rest goes on unseen.
_TYPED: Final = {
    "note": "Note for colleagues",
    "public_reason": "What the author is told",
    "body": "Your reply",
    "words": "Words",
    "why": "Why",
    "url": "URL",
    "description": "Description",
    "headers": "Headers",
}


def is_worth_it() -> bool:
    """Whether what was sent is a form that can be shown again: none of the door's, and none with passwords."""
    return request.method == "POST" and request.blueprint not in ("desk", "desk_account")


@dataclass(frozen=True, slots=True)
class Carried:
    """A form that was sent to *path* by the person of the id *sender*."""

    path: str
    sender: str
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def of_request(cls, sender: str) -> "Carried | None":
        """Return the form that *sender* just sent, or None where it is too long."""
        return cls._bounded(request.path, sender, request.form.items(multi=True))

    @classmethod
    def of_sign_in(cls) -> "Carried | None":
        """Return the form that the sign-in carries, if it carries one of somebody whom this browser knows."""
        path, sender = request.form.get("again_path", ""), request.form.get("again_as", "")
        prefixed = ((name, value) for name, value in request.form.items(multi=True) if name.startswith(_PREFIX))
        fields = ((name.removeprefix(_PREFIX), value) for name, value in prefixed)
        is_ours = re.fullmatch(r"/review(/[\w-]{1,60}){1,5}/[\w-]{0,60}", path, re.ASCII)
        return cls._bounded(path, sender, fields) if is_ours and cookies.known_person(sender) else None

    @classmethod
    def _bounded(cls, path: str, sender: str, fields: Iterable[tuple[str, str]]) -> "Carried | None":
        kept = [(name, value) for name, value in fields if _NAME.fullmatch(name) and name not in _LEFT_OUT]
        if len(kept) > MOST_FIELDS or sum(len(value) for _, value in kept) > MOST_CHARACTERS:
            return None
        # Masked now rather than when it is kept: it goes on to a page.
        return cls(path, sender, tuple((name, mask(value).text) for name, value in kept))

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The fields with which the sign-in carries it."""
        prefixed = [(f"{_PREFIX}{name}", value) for name, value in self.fields]
        return [("again_path", self.path), ("again_as", self.sender), *prefixed]

    @property
    def typed(self) -> list[tuple[str, str, str]]:
        """What the person typed: name, label, text."""
        return [(name, _TYPED[name], value) for name, value in self.fields if name in _TYPED]

    @property
    def untyped(self) -> list[tuple[str, str]]:
        """The other fields."""
        return [(name, value) for name, value in self.fields if name not in _TYPED]

    @property
    def back(self) -> str:
        """The comment's page, or the site's."""
        _, _, site, then, *_ = self.path.split("/")
        return f"/review/{site}/{then}" if then.startswith("c_") else f"/review/{site}"

    @property
    def act(self) -> str:
        """What it does, for its button."""
        return words.again(self.path.rstrip("/").rpartition("/")[2], dict(self.fields).get("outcome", ""))
