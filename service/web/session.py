"""Who sits at the desk: a session that we keep, and what keeps another site from acting in its name.

The browser has the session's secret, the store its digest. A session names a person, who is read anew at each request,
so whoever is removed is out at once. A change needs the token of its browser's own cookie, and a browser that tells
where the request came from must not name another site. Whoever is not signed in has such a token too, and no session.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from flask import g, request

from service.core.errors import NotAllowed, NotSignedIn, PageTooOld
from service.core.masking import mask
from service.core.people import Member
from service.core.session import Session, Told
from service.store.sessions import digest_of
from service.web import cookies
from service.web.context import network, parley

#: What the desk's script asks by itself, which is no sign that anybody sits there.
UNASKED: Final = ("desk_lists.pulse_of_every_site", "desk_lists.pulse_of_one_site")

#: What browsers and systems call themselves, the first that fits.
_BROWSERS: Final = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "Chrome/": "Chrome",
    "CriOS": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS: Final = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def sign_in(person: Member) -> None:
    """Begin a session of *person*, in the place of the one that this browser had: the only place where one begins."""
    _end_own()
    here, secret = parley(), f"{person.id}.{secrets.token_urlsafe(32)}"
    here.sessions.begin(person, secret, browser=_browser(), network=fingerprint())
    g.secret, g.session = secret, None
    cookies.write(cookies.SESSION, secret, seconds=here.sessions.life // 1000 + cookies.KEPT)
    cookies.clear(cookies.FORM)
    cookies.remember(person)


def sign_out() -> None:
    """End the session."""
    _end_own()
    g.secret, g.session = "", None
    cookies.clear(cookies.SESSION)


def found() -> Session | None:
    """Return the session, read once in a request, or None when there is none, or it has ended."""
    if g.get("session") is None:
        secret = _secret()
        g.session = parley().sessions.find(secret, renew=request.endpoint not in UNASKED) if secret else None
    session: Session | None = g.session
    return session


def current() -> Session:
    """Return the session. Raises NotSignedIn when there is none, or it has ended."""
    session = found()
    if session is None:
        raise NotSignedIn("Please sign in.")
    return session


def member() -> Member:
    """Return who is signed in. Raises NotSignedIn."""
    return current().member


def was() -> str:
    """Return the id of who is, or was, signed in with this browser's session: true where the request proved its token.
    Empty when there was none."""
    return _secret().partition(".")[0]


def flash(text: str, kind: str, *, undo: Mapping[str, Any] | None = None) -> None:
    """Let the next page say what happened: *kind* is `done` or `late`. With *undo* (site, id, version, until) it offers
    to take a decision back."""
    before = current().told
    told = before.with_message(kind, mask(text).text)
    _tell(replace(told, undo=undo or before.undo))


def told() -> Told:
    """Return what the page shows of what happened, once."""
    found = current().told
    if found != Told():
        _tell(Told())
    return found


def fingerprint() -> str:
    """Return what tells the asker's network from others, and nothing else about it."""
    return parley().fingerprints.of(network(), site="", purpose="session")


def csrf_token() -> str:
    """Return the token of this browser's cookie, which every form of the desk carries."""
    return _token(_secret() or _form_secret())


def check_csrf() -> None:
    """Refuse a change that did not come from our own pages. Raises NotAllowed, PageTooOld."""
    sent = request.form.get("csrf_token", "")
    foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if foreign or (origin is not None and origin.lower() != parley().origin):
        raise NotAllowed("This came from another site’s page. Open the desk itself and try again.")
    ours = _secret() or cookies.read(cookies.FORM)
    if not ours or not hmac.compare_digest(sent.encode(), _token(ours).encode()):
        raise PageTooOld


def is_own_page() -> bool:
    """Whether the browser says itself that one of our pages sent the form, whatever token it carries."""
    origin = request.headers.get("Origin", "").lower()
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or origin == parley().origin


def _secret() -> str:
    if "secret" not in g:
        g.secret = cookies.read(cookies.SESSION)
    return str(g.secret)


def _form_secret() -> str:
    if "form_secret" not in g:
        g.form_secret = cookies.read(cookies.FORM)
        if not g.form_secret:
            g.form_secret = secrets.token_urlsafe(32)
            cookies.write(cookies.FORM, g.form_secret, seconds=None)
    return str(g.form_secret)


def _token(secret: str) -> str:
    return cookies.signed("form", secret)


def _end_own() -> None:
    if secret := _secret():
        parley().sessions.end(digest_of(secret), person=was())


def _tell(told: Told) -> None:
    session = current()
    g.session = replace(session, told=told)
    parley().sessions.tell(session.digest, told)


def _browser() -> str:
    said = request.headers.get("User-Agent", "")[:500]
    name, system = (next((name for mark, name in known.items() if mark in said), "") for known in (_BROWSERS, _SYSTEMS))
    return " on ".join(filter(None, (name or "Another browser", system)))
