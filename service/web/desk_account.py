"""One's own account at the desk: where one is signed in, another password; an owner's links for who forgot theirs."""

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.core.errors import InvalidChange, NotFound, TooFast
from service.core.people import Member, Role
from service.core.security import SecurityEvent
from service.core.session import Session
from service.web import session as desk_session
from service.web.account_shown import SessionShown
from service.web.authority import asker, at_desk, signed_in
from service.web.context import parley
from service.web.desk import faults_of, form_again, guarded
from service.web.frame import frame, now

bp = guarded("desk_account", below="/-/account")


@bp.get("")
@signed_in
def account() -> str:
    """Show where one is signed in, and the form for another password."""
    return _page(asker())


@bp.post("/password")
@signed_in
def post_password() -> AnyResponse:
    """Change one's password: this session goes on as a new one, all others end."""
    member = asker()
    old, new = request.form.get("old", ""), request.form.get("password", "")
    try:
        changed = parley().access.change_password(member, old=old, new=new)
    except (InvalidChange, TooFast) as error:
        return form_again(_page(member, faults=faults_of(error)), error)
    desk_session.sign_in(changed)
    return _done("Your password is changed. Everywhere else you are signed out.")


@bp.post("/sessions/<handle>/end")
@signed_in
def post_end(handle: str) -> AnyResponse:
    """End one of one's own sessions."""
    _end([session for session in parley().sessions.of(asker()) if session.handle == handle])
    return _done("Signed out there.")


@bp.post("/sessions/end")
@signed_in
def post_end_others() -> AnyResponse:
    """End all of one's own sessions but this."""
    own = desk_session.current()
    _end([session for session in parley().sessions.of(own.member) if session.digest != own.digest])
    return _done("Everywhere else you are signed out.")


@bp.post("/resets")
@at_desk(Role.OWNER)
def post_reset() -> AnyResponse:
    """Make a link with which a colleague chooses a new password; the page that answers is the only one with it."""
    name, member, here = request.form.get("name", ""), asker(), parley()
    try:
        link = url_for("desk.reset", secret=here.access.offer_reset(name, member=member))
    except NotFound as error:
        return Response(_page(member, faults={"name": str(error)}), 422)
    return Response(_page(member, link=here.origin + link, of=name), 201)


def _page(member: Member, *, faults: dict[str, str] | None = None, link: str = "", of: str = "") -> str:
    here, own = parley(), desk_session.current()
    return render_template(
        "desk/account.html",
        desk=frame(member, ""),
        sessions=[SessionShown.of(each, own=own, now=now()) for each in here.sessions.of(member)],
        people=[each.actor.name for each in here.registry.people()] if member.role is Role.OWNER else [],
        faults=faults or {},
        link=link,
        of=of,
    )


def _end(sessions: list[Session]) -> None:
    for session in sessions:
        parley().sessions.end(session.digest, person=session.member.id)
    if sessions:
        parley().security.note(SecurityEvent.SESSIONS_ENDED, asker(), about=str(len(sessions)))


def _done(text: str) -> AnyResponse:
    desk_session.flash(text, "done")
    return redirect(url_for("desk_account.account"), 303)
