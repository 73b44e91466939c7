"""The review desk: pages for people, forms for acts. Everything works without JavaScript."""

from apiflask import APIBlueprint
from flask import Response, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.core.comment import Decision, Outcome
from service.core.errors import Fault, InvalidChange, NotFound, NotSignedIn, Superseded, TooFast, UndoTooLate
from service.core.listing import Listing, View
from service.core.people import Member
from service.review import Opened, Ruling
from service.web import cursors
from service.web import session as desk_session
from service.web.context import network, parley
from service.web.desk_shown import OpenedShown, QueueItemShown
from service.web.frame import frame, now
from service.web.problems import headers_of, status_of

bp = APIBlueprint("desk", __name__, url_prefix="/review", enable_openapi=False)

#: Comments on one page of the queue.
PAGE = 20

#: Seconds in which the desk's decisions may be undone; until then they are kept quiet.
UNDO_SECONDS = 10


@bp.before_request
def check_origin_of_change() -> None:
    """Every change carries the session's token."""
    if request.method == "POST":
        desk_session.check_csrf()


@bp.after_request
def keep_private(response: Response) -> Response:
    """Nothing of the desk stays in a cache."""
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.errorhandler(NotSignedIn)
def ask_to_sign_in(error: NotSignedIn) -> AnyResponse:
    """Send whoever is not signed in to the door, and back afterwards."""
    return redirect(url_for("desk.sign_in", next=request.full_path if request.method == "GET" else None), 303)


@bp.get("/")
def index() -> AnyResponse:
    """Open the queue of the first site that one may see."""
    member = desk_session.member()
    seen = [site.id for site in parley().registry.sites() if member.sees(site.id)]
    if not seen:
        raise NotFound("site", "yet; `python -m service site add` makes one")
    return redirect(url_for("desk.queue", site=seen[0]), 303)


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
        page = render_template(
            "desk/sign_in.html", csrf_token=desk_session.csrf_token(), next=_next(), name=name[:100], problem=str(error)
        )
        return Response(page, 422 if isinstance(error, NotSignedIn) else status_of(error)[0], headers_of(error))
    desk_session.sign_in(person)
    return redirect(_next() or url_for("desk.index"), 303)


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
        page = _welcome(secret, name=name[:100], faults={fault.field: fault.message for fault in error.faults})
        return Response(page, 422)
    desk_session.sign_in(person)
    return redirect(url_for("desk.index"), 303)


@bp.get("/<site>")
def queue(site: str) -> str:
    """Show what waits on a site, worst first, or what readers reported there, most reported first."""
    member = desk_session.member()
    after = cursors.decode(request.args.get("cursor", ""))
    is_reported = request.args.get("list") == "reported"
    view = View(Listing.REPORTED if is_reported else Listing.WAITING)
    found = parley().review.listed(site, view, member=member, after=after, limit=PAGE)
    return render_template(
        "desk/queue.html",
        desk=frame(member, site),
        items=[
            QueueItemShown.of(comment, now=now(), reports=int(n) if is_reported else 0) for n, comment in found.items
        ],
        more=cursors.encode(*found.next) if found.next else "",
        is_first=after is None,
        is_reported=is_reported,
        reported=parley().lists.counts(site).lists[Listing.REPORTED],
    )


@bp.get("/<site>/<id>")
def comment(site: str, id: str) -> str:
    """Open a comment, which leases it to whoever may decide."""
    member = desk_session.member()
    return _opened(site, parley().review.open(site, id, member=member), member)


@bp.post("/<site>/<id>/decisions")
def post_decision(site: str, id: str) -> AnyResponse:
    """Decide a comment; whoever comes late is told who was first."""
    member = desk_session.member()
    try:
        outcome = Outcome(request.form.get("outcome", ""))
    except ValueError:
        raise InvalidChange([Fault("outcome", "Choose Approve, Reject or Spam.")]) from None
    try:
        made = parley().review.decide(
            site,
            id,
            Ruling(
                outcome,
                note=request.form.get("reason", "").strip(),
                told=request.form.get("public_reason", "").strip(),
            ),
            member=member,
            version=request.form.get("version", type=int),
            lease=request.form.get("lease", ""),
            undo_seconds=UNDO_SECONDS,
        )
    except Superseded as error:
        flash(str(error), "late")
    else:
        _tell(site, id, made)
    return redirect(url_for("desk.queue", site=site), 303)


@bp.post("/<site>/<id>/undo")
def post_undo(site: str, id: str) -> AnyResponse:
    """Take a decision back within its window."""
    member = desk_session.member()
    try:
        parley().review.undo(site, id, member=member, version=request.form.get("version", 0, type=int))
    except (UndoTooLate, Superseded) as error:
        flash(str(error), "late")
    else:
        flash("Undone. The comment waits again.", "done")
    return redirect(url_for("desk.queue", site=site), 303)


def _tell(site: str, id: str, made: Decision) -> None:
    words = {Outcome.PUBLISHED: "Approved.", Outcome.REJECTED: "Rejected.", Outcome.SPAM: "Marked as spam."}
    flash(words[made.outcome], "done")
    session["undo"] = {"site": site, "id": id, "version": made.version, "until": made.undo_until}


def _opened(site: str, opened: Opened, member: Member) -> str:
    shown = OpenedShown.of(
        opened.comment,
        opened.decisions,
        opened.lease,
        reports=opened.reports,
        reader=member.actor,
        now=now(),
    )
    return render_template("desk/comment.html", desk=frame(member, site), item=shown)


def _welcome(secret: str, *, name: str, faults: dict[str, str]) -> str:
    invited = parley().access.invited(secret)
    return render_template(
        "desk/welcome.html", csrf_token=desk_session.csrf_token(), role=invited.role, name=name, faults=faults
    )


def _next() -> str:
    """Return where to go after signing in: a path of the desk, or nowhere."""
    path = request.values.get("next", "")
    return path if path.startswith("/review/") and "//" not in path and "\\" not in path else ""
