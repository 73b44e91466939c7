"""Who sits at the desk: a signed session, and what keeps another site from acting in its name.

A session names a person; the person is read anew at each request, so whoever is removed is out at once. A change needs
the session's own token, and a browser that tells where the request came from must not name another site.
"""

import hmac
import secrets
from typing import Final

from flask import request, session

from service.core.errors import NotAllowed, NotSignedIn
from service.core.people import Member
from service.web.context import parley

#: Seconds that a session lasts.
LIFE: Final = 12 * 3600

_PERSON, _CSRF = "person", "csrf"


def sign_in(person: Member) -> None:
    """Begin a session of *person*, with a token of its own."""
    session.clear()
    session.permanent = True
    session[_PERSON] = person.id


def sign_out() -> None:
    """End the session."""
    session.clear()


def member() -> Member:
    """Return who is signed in. Raises NotSignedIn."""
    id = session.get(_PERSON)
    person = parley().registry.person(id) if isinstance(id, str) else None
    if person is None:
        raise NotSignedIn("Please sign in.")
    return person


def csrf_token() -> str:
    """Return the session's token, which every form of the desk carries."""
    if _CSRF not in session:
        session[_CSRF] = secrets.token_urlsafe(24)
    return str(session[_CSRF])


def check_csrf() -> None:
    """Refuse a change that did not come from our own pages. Raises NotAllowed."""
    sent, ours = request.form.get("csrf_token", ""), str(session.get(_CSRF, ""))
    foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if foreign or (origin is not None and origin.lower() != parley().origin):
        raise NotAllowed("This came from another site’s page. Open the desk itself and try again.")
    if not ours or not hmac.compare_digest(sent.encode(), ours.encode()):
        raise NotAllowed("This page is too old. Go back, reload it and try again.")
