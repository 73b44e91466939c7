"""Who may ask for what: each route says it above its view, and it is checked before anything is looked up.

A site that one does not see answers as one that does not exist; on a site that one sees, a role that does not suffice
is told so whatever else was asked for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from typing import Any, Final, TypeVar, cast

import structlog
from flask import Flask, g, request

from service.core.errors import NotFound
from service.core.people import ALL_SITES, Member, Role
from service.core.site import Site
from service.web import bearer, session
from service.web.context import parley

View = TypeVar("View", bound=Callable[..., Any])


class Door(Enum):
    """How whoever asks is known."""

    OPEN = auto()
    ENTRANCE = auto()
    DESK = auto()
    API = auto()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a route asks of whoever comes: a *role* on its site, unless they bring the header *unless*."""

    door: Door
    role: Role | None = None
    unless: str = ""


_ASKED: Final = "__parley_asked__"

#: Routes that Flask and APIFlask add.
_NOT_OURS: Final = ("static", "openapi.spec")


def public(view: View) -> View:
    """Let everybody ask; what there is to be kept from them, the view keeps."""
    return _says(Asked(Door.OPEN))(view)


def entrance(view: View) -> View:
    """Let everybody ask at the desk's entrance, whose forms carry the token of the browser's own cookie."""
    return _says(Asked(Door.ENTRANCE))(view)


def signed_in(view: View) -> View:
    """Let whoever is signed in at the desk ask, whatever their role and sites."""
    return _says(Asked(Door.DESK))(view)


def at_desk(role: Role) -> Callable[[View], View]:
    """Let those ask who are signed in at the desk and have *role* on the route's site; where it has none, on all."""
    return _says(Asked(Door.DESK, role))


def by_token(role: Role, *, unless: str = "") -> Callable[[View], View]:
    """Let programs ask whose API token has *role* on the route's site.

    Whoever brings the header *unless* is known by it to the view alone.
    """
    return _says(Asked(Door.API, role, unless))


def asker() -> Member:
    """Return who asks, on a route that asks who it is."""
    return cast("Member", g.asker)


def site_asked() -> Site:
    """Return the site that is asked for, on a route that asks for a role on it."""
    return cast("Site", g.site)


def asked_by(view: Callable[..., Any]) -> Asked:
    """Return what the *view* of a route asks. Raises AttributeError where it says nothing."""
    return cast("Asked", getattr(view, _ASKED))


def register(app: Flask) -> None:
    """Check each request to *app*; raises TypeError for a route that says nothing, or asks for no role on its site."""
    for name in _NOT_OURS:
        public(app.view_functions[name])
    for rule in app.url_map.iter_rules():
        asked = getattr(app.view_functions[rule.endpoint], _ASKED, None)
        if asked is None:
            raise TypeError(f"The route {rule.rule} does not say who may ask.")
        if asked.door in (Door.DESK, Door.API) and asked.role is None and "site" in rule.arguments:
            raise TypeError(f"The route {rule.rule} asks for no role on its site.")
    asked_of = {name: asked_by(view) for name, view in app.view_functions.items()}
    app.before_request(partial(_check, asked_of))


def _says(asked: Asked) -> Callable[[View], View]:
    def says(view: View) -> View:
        setattr(view, _ASKED, asked)
        return view

    return says


def _check(asked_of: Mapping[str, Asked]) -> None:
    """Find out who asks. Raises PageTooOld, NotSignedIn, NotFound for a site that is none of theirs, NotAllowed."""
    if request.url_rule is None:
        return
    asked = asked_of[str(request.endpoint)]
    if asked.door in (Door.ENTRANCE, Door.DESK) and request.method == "POST":
        session.check_csrf()
    if asked.door in (Door.OPEN, Door.ENTRANCE) or (asked.unless and asked.unless in request.headers):
        return
    member = session.member() if asked.door is Door.DESK else bearer.bearer()
    g.asker = replace(member, network=session.fingerprint())
    structlog.contextvars.bind_contextvars(actor=member.id)
    if asked.role is None:
        return
    site = (request.view_args or {}).get("site")
    if site is None:
        member.require(asked.role, ALL_SITES)
        return
    # No site has the name that stands for all of them.
    if site == ALL_SITES:
        raise NotFound("site", site)
    member.require(asked.role, site)
    g.site = parley().registry.site(site)
