"""The door of the review desk: signing in and out, invitations; and what guards each of the desk's pages.

Everything at the desk works without JavaScript: pages for people, forms for acts.
"""

from apiflask import APIBlueprint
from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.core.errors import InvalidChange, NotSignedIn, TooFast
from service.core.masking import mask
from service.core.thread import followable
from service.web import session as desk_session
from service.web.context import network, parley
from service.web.problems import headers_of, refused, status_of


def guarded(name: str, *, below: str = "") -> APIBlueprint:
    """Return a blueprint of the desk: its changes carry the session's token."""
    blueprint = APIBlueprint(name, __name__, url_prefix=f"/review{below}", enable_openapi=False)
    blueprint.before_request(_check_origin_of_change)
    blueprint.register_error_handler(NotSignedIn, _ask_to_sign_in)
    return blueprint


def _check_origin_of_change() -> None:
    """Every change carries the session's token."""
    if request.method == "POST":
        desk_session.check_csrf()


def _ask_to_sign_in(error: NotSignedIn) -> AnyResponse:
    """Send whoever is not signed in to the door, and back afterwards; a script is told so."""
    if is_script():
        return refused(error)
    return redirect(
        url_for("desk.sign_in", next=followable(request.full_path) if request.method == "GET" else None), 303
    )


def is_script() -> bool:
    """Whether the desk's own script asks, which gets JSON, never a page."""
    return request.accept_mimetypes.best == "application/json"


bp = guarded("desk")


@bp.get("/sign-in")
def sign_in() -> str:
    """Ask for name and password."""
    return render_template("desk/sign_in.html", csrf_token=desk_session.csrf_token(), next=_next(), name="", problem="")


@bp.post("/sign-in")
def post_sign_in() -> AnyResponse:
    """Sign in, or say that it did not work, keeping the name."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        person = parley().access.sign_in(name=name, password=password, network=network())
    except (NotSignedIn, TooFast) as error:
        shown = mask(name[:100]).text
        page = render_template(
            "desk/sign_in.html", csrf_token=desk_session.csrf_token(), next=_next(), name=shown, problem=str(error)
        )
        return Response(page, 422 if isinstance(error, NotSignedIn) else status_of(error)[0], headers_of(error))
    desk_session.sign_in(person)
    return redirect(_next() or url_for("desk_lists.every_site"), 303)


@bp.post("/sign-out")
def post_sign_out() -> AnyResponse:
    """End the session."""
    desk_session.sign_out()
    return redirect(url_for("desk.sign_in"), 303)


@bp.get("/invitations/<secret>")
def invitation(secret: str) -> str:
    """Show an invitation, which looking at does not spend."""
    return _welcome(secret, name="", faults={})


@bp.post("/invitations/<secret>")
def post_invitation(secret: str) -> AnyResponse:
    """Take the invitation up: choose a name and a password, and be signed in."""
    name = request.form.get("name", "")
    try:
        person = parley().access.join(secret, name=name, password=request.form.get("password", ""))
    except InvalidChange as error:
        page = _welcome(
            secret, name=mask(name[:100]).text, faults={fault.field: fault.message for fault in error.faults}
        )
        return Response(page, 422)
    desk_session.sign_in(person)
    return redirect(url_for("desk_lists.every_site"), 303)


def _welcome(secret: str, *, name: str, faults: dict[str, str]) -> str:
    invited = parley().access.invited(secret)
    return render_template(
        "desk/welcome.html", csrf_token=desk_session.csrf_token(), role=invited.role, name=name, faults=faults
    )


def path_back(path: str) -> str:
    """Return *path* if it is a page of the desk, else nothing: where to go on is never another site."""
    return followable(path) if path.startswith("/review/") and "//" not in path and "\\" not in path else ""


def _next() -> str:
    """Return where to go after signing in: a path of the desk, or nowhere."""
    return path_back(request.values.get("next", ""))
