"""The desk's cookies: a session's secret, a form's secret of whoever is not signed in, a browser that was signed in.

Each is HttpOnly, for our own pages' requests alone, and under https bound to this host (`__Host-`). What we sign is
signed by one key: there is no older one that forges anything.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from typing import Final

from flask import Response, after_this_request, request

from service.adapters.sealing import derive
from service.core.people import Member
from service.web.context import parley

SESSION: Final = "parley_session"
FORM: Final = "parley_form"
BROWSER: Final = "parley_browser"

#: Seconds that a browser is known in which somebody signed in.
KNOWN: Final = 180 * 24 * 3600

#: Seconds that the browser keeps a session's secret beyond the session: by it a form of an ended one is known as ours.
KEPT: Final = 7 * 24 * 3600

_SHAPES: Final = {
    SESSION: re.compile(r"m_[0-9a-z]{1,40}\.[\w-]{43}", re.ASCII),
    FORM: re.compile(r"[\w-]{43}", re.ASCII),
    BROWSER: re.compile(r"(m_[0-9a-z]{1,40})\.([\w-]{22})\.([\w-]{43})", re.ASCII),
}


def read(name: str) -> str:
    """Return the cookie of that *name*, empty when the browser sent none of its shape."""
    value = request.cookies.get(_full(name), "")
    return value if len(value) < 200 and _SHAPES[name].fullmatch(value) else ""


def write(name: str, value: str, *, seconds: int | None) -> None:
    """Give the browser the cookie with the answer, for *seconds*, or until it is closed."""

    @after_this_request
    def give(response: Response) -> Response:
        response.set_cookie(
            _full(name), value, max_age=seconds, secure=parley().is_https, httponly=True, samesite="Lax"
        )
        return response


def clear(name: str) -> None:
    """Take the cookie from the browser."""
    if _full(name) in request.cookies:
        write(name, "", seconds=0)


def signed(purpose: str, text: str) -> str:
    """Return our signature of *text*, for this *purpose* alone: 43 characters."""
    digest = hmac.digest(derive(parley().cookie_key, purpose=purpose), text.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")


def remember(person: Member) -> None:
    """Let this browser be known as one in which *person* signed in, for as long as they keep their password."""
    nonce = secrets.token_urlsafe(16)
    write(BROWSER, f"{person.id}.{nonce}.{_mark(person, nonce)}", seconds=KNOWN)


def known(person: Member) -> str:
    """Return by what the browser is known as one in which *person* signed in, or nothing."""
    found = _SHAPES[BROWSER].fullmatch(read(BROWSER))
    if not found or found[1] != person.id or not hmac.compare_digest(found[3], _mark(person, found[2])):
        return ""
    return found[2]


def known_person(id: str) -> Member | None:
    """Return the person of that *id* if they signed in in this browser before."""
    person = parley().registry.person(id)
    return person if person and known(person) else None


def _mark(person: Member, nonce: str) -> str:
    return signed("browser", f"{person.id} {person.credential} {nonce}")


def _full(name: str) -> str:
    return f"__Host-{name}" if parley().is_https else name
