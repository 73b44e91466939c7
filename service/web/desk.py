"""The door of the review desk: signing in and out, links that work once; and what guards each of the desk's pages.

Everything at the desk works without JavaScript: pages for people, forms for acts.
"""

from dataclasses import replace
from typing import Final

from apiflask import APIBlueprint
from flask import Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.core.errors import InvalidChange, NotSignedIn, PageTooOld, TooFast
from service.core.masking import mask
from service.core.names import public
from service.core.people import Member
from service.core.security import SecurityEvent
from service.core.thread import followable
from service.use_cases.access import LONGEST_NAME
from service.web import cookies
from service.web import session as desk_session
from service.web.again import Carried, is_worth_it
from service.web.authority import entrance
from service.web.context import parley
from service.web.problems import headers_of, refused, status_of

#: What is said of a form that does not fit through the sign-in.
TOO_LONG: Final = (
    "Your session has ended, and what you were about to send is too long to be kept here. Nothing was done. Go back in "
    "your browser and copy what you typed before you sign in."
)


def guarded(name: str, *, below: str = "") -> APIBlueprint:
    """Return a blueprint of the desk, which asks whoever is signed out in."""
    blueprint = APIBlueprint(name, __name__, url_prefix=f"/review{below}", enable_openapi=False)
    blueprint.register_error_handler(NotSignedIn, _ask_to_sign_in)
    blueprint.register_error_handler(PageTooOld, _ask_again)
    return blueprint


def _ask_to_sign_in(error: NotSignedIn) -> AnyResponse:
    """Send whoever is not signed in to the door, and back afterwards; a form waits there; a script is told so."""
    if is_script():
        return refused(error)
    if is_worth_it():
        sender = desk_session.was()
        # A cookie may claim to be anybody's: only a known browser says who sat here, and has its form read.
        person = cookies.known_person(sender)
        carried = Carried.of_request(sender) if person else None
        name, problem = person.actor.name if person else "", TOO_LONG if person and not carried else ""
        return Response(_door(name=name, problem=problem, carried=carried), status_of(error)[0], headers_of(error))
    return redirect(
        url_for("desk.sign_in", next=followable(request.full_path) if request.method == "GET" else None), 303
    )


def _ask_again(error: PageTooOld) -> AnyResponse:
    """Show a form again that one of our pages sent before its browser's session became another one: in another tab
    somebody signed in anew. Whoever that was confirms it."""
    may_show = is_worth_it() and not is_script() and desk_session.is_own_page()
    session = desk_session.found() if may_show else None
    carried = Carried.of_request(session.member.id) if session else None
    if session is None or carried is None:
        return refused(error)
    return Response(_again(session.member, carried), status_of(error)[0])


def is_script() -> bool:
    """Whether the desk's own script asks, which gets JSON, never a page."""
    return request.accept_mimetypes.best == "application/json"


bp = guarded("desk")


@bp.get("/sign-in")
@entrance
def sign_in() -> str | Response:
    """Ask for name and password; a script is told who is signed in, and what its own form needs."""
    if not is_script():
        return _door()
    session = desk_session.found()
    return jsonify(csrf_token=desk_session.csrf_token(), name=session.member.actor.name if session else "")


@bp.post("/sign-in")
@entrance
def post_sign_in() -> AnyResponse:
    """Sign in, or say that it did not work, keeping the name."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        person = parley().access.sign_in(
            name=name, password=password, network=desk_session.fingerprint(), browser=cookies.known
        )
    except (NotSignedIn, TooFast) as error:
        if isinstance(error, NotSignedIn):
            _note_failure(name)
        if is_script():
            return refused(error)
        page = _door(name=mask(name[:100]).text, problem=str(error), carried=Carried.of_sign_in())
        return Response(page, 422 if isinstance(error, NotSignedIn) else status_of(error)[0], headers_of(error))
    desk_session.sign_in(person)
    parley().security.note(SecurityEvent.SIGNED_IN, replace(person, network=desk_session.fingerprint()))
    if is_script():
        return jsonify(csrf_token=desk_session.csrf_token())
    return _show_again(person) or redirect(_next() or url_for("desk_lists.every_site"), 303)


def _note_failure(name: str) -> None:
    """Write down whose name was tried; a name that nobody has may be a password, and is not kept."""
    person = parley().registry.person_named(public(name)[:LONGEST_NAME])
    about = person.actor.name if person else ""
    parley().security.note_stranger(SecurityEvent.SIGN_IN_FAILED, network=desk_session.fingerprint(), about=about)


def _door(*, name: str = "", problem: str = "", carried: Carried | None = None) -> str:
    token = desk_session.csrf_token()
    return render_template(
        "desk/sign_in.html", csrf_token=token, next=_next(), name=name, problem=problem, carried=carried
    )


def _show_again(person: Member) -> AnyResponse | None:
    """Show the form that waited to whoever sent it, and to nobody else."""
    carried = Carried.of_sign_in()
    if carried is None:
        return None
    if carried.sender != person.id:
        desk_session.flash("What somebody else was about to send from this browser was not kept.", "late")
        return None
    return Response(_again(person, carried))


def _again(person: Member, carried: Carried) -> str:
    token = desk_session.csrf_token()
    return render_template("desk/again.html", csrf_token=token, name=person.actor.name, carried=carried)


@bp.post("/sign-out")
@entrance
def post_sign_out() -> AnyResponse:
    """End the session."""
    session = desk_session.found()
    desk_session.sign_out()
    if session is not None:
        parley().security.note(SecurityEvent.SIGNED_OUT, replace(session.member, network=desk_session.fingerprint()))
    return redirect(url_for("desk.sign_in"), 303)


@bp.get("/-/resets/<secret>")
@entrance
def reset(secret: str) -> str:
    """Ask whoever has the link for a new password, which does not spend it."""
    return _reset(secret, fault="")


@bp.post("/-/resets/<secret>")
@entrance
def post_reset(secret: str) -> AnyResponse:
    """Set the password anew, end all that the old one began, and be signed in."""
    try:
        person = parley().access.reset(secret, request.form.get("password", ""), whence=desk_session.fingerprint())
    except (InvalidChange, TooFast) as error:
        return form_again(_reset(secret, fault=str(error)), error)
    desk_session.sign_in(person)
    return redirect(url_for("desk_lists.every_site"), 303)


def _reset(secret: str, *, fault: str) -> str:
    person = parley().access.to_reset(secret)
    return render_template("desk/reset.html", csrf_token=desk_session.csrf_token(), name=person.actor.name, fault=fault)


@bp.get("/invitations/<secret>")
@entrance
def invitation(secret: str) -> str:
    """Show an invitation, which looking at does not spend."""
    return _welcome(secret, name="", faults={})


@bp.post("/invitations/<secret>")
@entrance
def post_invitation(secret: str) -> AnyResponse:
    """Take the invitation up: choose a name and a password, and be signed in."""
    name = request.form.get("name", "")
    try:
        password, whence = request.form.get("password", ""), desk_session.fingerprint()
        person = parley().access.join(secret, name=name, password=password, whence=whence)
    except (InvalidChange, TooFast) as error:
        return form_again(_welcome(secret, name=mask(name[:100]).text, faults=faults_of(error)), error)
    desk_session.sign_in(person)
    return redirect(url_for("desk_lists.every_site"), 303)


def _welcome(secret: str, *, name: str, faults: dict[str, str]) -> str:
    invited = parley().access.invited(secret)
    return render_template(
        "desk/welcome.html", csrf_token=desk_session.csrf_token(), role=invited.role, name=name, faults=faults
    )


def faults_of(error: InvalidChange | TooFast) -> dict[str, str]:
    """Return what a form with a new password says at each field; of haste, at the password."""
    if isinstance(error, TooFast):
        return {"password": str(error)}
    return {fault.field: fault.message for fault in error.faults}


def form_again(page: str, error: InvalidChange | TooFast) -> Response:
    """Answer with the form that was refused."""
    return Response(page, status_of(error)[0], headers_of(error))


def path_back(path: str) -> str:
    """Return *path* if it is a page of the desk, else nothing: where to go on is never another site."""
    is_ours = path.startswith("/review/") and path.isprintable() and "//" not in path and "\\" not in path
    return followable(path) if is_ours else ""


def _next() -> str:
    """Return where to go after signing in: a path of the desk, or nowhere."""
    return path_back(request.values.get("next", ""))
