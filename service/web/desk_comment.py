"""One comment at the desk: opened, leased, decided, taken back. A form comes back to its page, a script gets JSON."""

from dataclasses import replace

from flask import Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.core.action import Action
from service.core.comment import Decision
from service.core.errors import Fault, InvalidChange, Leased, ParleyError, Superseded, UndoTooLate
from service.core.people import Member, Role
from service.core.rules import Rule
from service.core.verdict import known
from service.use_cases.review import Ruling
from service.web import session as desk_session
from service.web import words
from service.web.authority import asker, at_desk, site_asked
from service.web.context import parley
from service.web.desk import guarded, is_script, path_back
from service.web.desk_shown import OpenedShown, QueueItemShown
from service.web.excerpts import TextShown, pieces_of
from service.web.frame import frame, now
from service.web.people_shown import AroundShown
from service.web.problems import refused
from service.web.schemas import decision_out

bp = guarded("desk_comment")

#: Seconds in which the desk's decisions may be undone; until then they are kept quiet.
UNDO_SECONDS = 10


@bp.get("/<site>/<id>")
@at_desk(Role.MODERATOR)
def comment(site: str, id: str) -> str:
    """Open a comment, which takes it from nobody; a fragment is what the list shows of it in place."""
    member = asker()
    opened = parley().review.look(site, id, member=member)
    shown = OpenedShown.of(
        opened.comment,
        opened.decisions,
        opened.lease,
        reports=opened.reports,
        scorer=parley().scorer,
        reader=member.actor,
        now=now(),
    )
    around = AroundShown.of(parley().casework.around(site, id, member=member), reader=member.actor, now=now())
    template = "desk/_details.html" if "fragment" in request.args else "desk/comment.html"
    rules = parley().sites.rules_of(site_asked())
    return render_template(template, desk=frame(member, site), item=shown, around=around, rules={site: rules})


@bp.get("/<site>/<id>/text")
@at_desk(Role.VIEWER)
def text(site: str, id: str) -> str:
    """Show a comment's whole text to whoever may look, and lease it to nobody."""
    found = parley().queue.find(site, id).outward
    verdict = known(found.opinion)
    pieces = pieces_of(found.body, verdict.spans if verdict else (), parley().scorer.disguises)
    card = QueueItemShown.of(found, now=now(), whole=TextShown.whole(found.body, pieces))
    return render_template("desk/text.html", desk=frame(asker(), site), card=card)


@bp.post("/<site>/<id>/lease")
@at_desk(Role.MODERATOR)
def post_lease(site: str, id: str) -> AnyResponse:
    """Take a comment, or hold it for longer: what a script does while its moderator reads, and else a button."""
    member = asker()
    lease = parley().review.lease(site, id, member=member)
    if not is_script():
        return redirect(url_for("desk_comment.comment", site=site, id=id), 303)
    return jsonify(token=lease.token, held_by="" if lease.token else lease.holder.name)


@bp.post("/<site>/<id>/give-back")
@at_desk(Role.MODERATOR)
def post_give_back(site: str, id: str) -> tuple[str, int]:
    """Give a lease back: what a script does when its moderator goes on, or closes the tab."""
    parley().review.give_back(site, id, member=asker(), lease=request.form.get("lease", "")[:100])
    return "", 204


@bp.post("/<site>/<id>/decisions")
@at_desk(Role.MODERATOR)
def post_decision(site: str, id: str) -> AnyResponse:
    """Decide a comment; whoever comes late is told who was first."""
    member = asker()
    try:
        made = _decide(site, id, member)
    except (Superseded, Leased) as error:
        return _late(site, error)
    if not is_script():
        said = words.DONE[made.outcome] if not made.escalates else words.ESCALATED
        undo = {"site": site, "id": id, "version": made.version, "until": made.undo_until}
        desk_session.flash(said, "done", undo=undo)
    return _made(site, id, made)


@bp.post("/<site>/<id>/undo")
@at_desk(Role.MODERATOR)
def post_undo(site: str, id: str) -> AnyResponse:
    """Take a decision back within its window."""
    version = request.form.get("version", 0, type=int)
    try:
        made = parley().review.undo(site, id, member=asker(), version=version)
    except (UndoTooLate, Superseded) as error:
        return _late(site, error)
    if not is_script():
        desk_session.flash(words.undone(made), "done")
    return _made(site, id, made)


def _decide(site: str, id: str, member: Member) -> Decision:
    return parley().review.decide(
        site,
        id,
        ruling_of_form(),
        member=member,
        version=request.form.get("version", type=int),
        lease=request.form.get("lease", "")[:100],
        undo_seconds=UNDO_SECONDS,
        gives_way="all_the_same" not in request.form,
    )


def ruling_of_form() -> Ruling:
    """Return what a form of the desk decides; the rule that it names by its digit tells the author, unless something
    else was typed. Raises InvalidChange."""
    try:
        action = Action(request.form.get("outcome", ""))
    except ValueError:
        raise InvalidChange([Fault("outcome", "Choose Approve, Reject, Spam or Escalate.")]) from None
    rule = _rule(request.form.get("rule", ""))
    note, told = (request.form.get(name, "").strip() for name in ("note", "public_reason"))
    ruling = Ruling(action, note=note, told=told)
    if rule is None:
        return ruling
    is_refusal = action in (Action.REJECT, Action.MARK_SPAM)
    return replace(ruling, rule=rule.name, told=told or (rule.told if is_refusal else ""))


def _rule(digit: str) -> Rule | None:
    if not digit:
        return None
    rules = parley().sites.rules_of(site_asked())
    numbered = dict(zip("123456789", rules, strict=False))
    if digit not in numbered:
        raise InvalidChange([Fault("rule", "This site has no rule of that number. Reload the page.")])
    return numbered[digit]


def _made(site: str, id: str, made: Decision) -> AnyResponse:
    if is_script():
        return Response(decision_out(made, comment=id).model_dump_json(), 201, mimetype="application/json")
    return redirect(_back(site), 303)


def _late(site: str, error: ParleyError) -> AnyResponse:
    """Tell whoever came late: a script by the problem, a person on the page that they came from."""
    text = words.late(error.winner, now=now()) if isinstance(error, Superseded) else str(error)
    if is_script():
        answer = refused(error)
        document = answer.get_json() | {"detail": text}
        answer.set_data(jsonify(document).get_data())
        return answer
    desk_session.flash(text, "late")
    return redirect(_back(site), 303)


def _back(site: str) -> str:
    return path_back(request.form.get("back", "")) or url_for("desk_lists.one_site", site=site)
