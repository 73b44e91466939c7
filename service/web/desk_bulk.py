"""Many comments at once, at the desk: asked once with their count, then a page that tells what became of each."""

from flask import Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.core.batch import Batch
from service.core.errors import Fault, InvalidChange
from service.core.masking import mask
from service.core.people import Member, Role
from service.use_cases.review import LONGEST_NOTE, Ruling
from service.web.authority import asker, at_desk
from service.web.batch_shown import BatchShown, QuestionShown
from service.web.context import parley
from service.web.desk import guarded, is_script, path_back
from service.web.desk_comment import ruling_of_form
from service.web.frame import frame, now
from service.web.viewing import Viewing

bp = guarded("desk_bulk", below="/<site>/batches")

#: Fields that the answer to the question brings along, none longer than a note.
_KEPT = (
    *("outcome", "rule", "note", "public_reason", "scope", "until", "pick", "back"),
    *("list", "sort", "reason", "author", "page", "words"),
)

#: Refusals that a batch's page lists.
LISTED = 200


@bp.post("/")
@at_desk(Role.MODERATOR)
def post_batch(site: str) -> AnyResponse:
    """Decide all that is selected, or all that the list has; ask first, unless that was done."""
    member = asker()
    ruling = ruling_of_form()
    if "confirmed" not in request.form:
        return Response(_question(site, ruling, member))
    if _is_everything():
        until = request.form.get("until", type=int)
        view = Viewing.parse(site, request.form).view
        batch = parley().bulk.start_all(site, view, ruling, member=member, until=until)
    else:
        batch = parley().bulk.start(site, _picks(), ruling, member=member)
    return _told(site, batch.id, member)


@bp.get("/<id>")
@at_desk(Role.VIEWER)
def batch(site: str, id: str) -> AnyResponse:
    """Show a batch: how far it is, what it was refused and why."""
    member = asker()
    shown = _shown(site, id, member)
    if is_script():
        return jsonify(shown.document)
    return Response(render_template("desk/batch.html", desk=frame(member, site), batch=shown))


@bp.post("/<id>/undo")
@at_desk(Role.MODERATOR)
def post_undo(site: str, id: str) -> AnyResponse:
    """Take back what a batch decided; that is a batch too."""
    member = asker()
    return _told(site, parley().bulk.undo(site, id, member=member).id, member)


def _question(site: str, ruling: Ruling, member: Member) -> str:
    view = Viewing.parse(site, request.form).view
    picks = parley().bulk.matching(site, view, member=member) if _is_everything() else _picks()
    # Masked now rather than when it is kept: what was typed goes on to the answer's form.
    ruling.check()
    kept = [(name, value) for name, value in request.form.items(multi=True) if name in _KEPT]
    fields = [(name, mask(value).text) for name, value in kept if len(value) <= LONGEST_NOTE]
    shown = QuestionShown.of(ruling, count=len(picks), fields=fields, back=path_back(request.form.get("back", "")))
    return render_template("desk/confirm.html", desk=frame(member, site), question=shown)


def _told(site: str, id: str, member: Member) -> AnyResponse:
    if is_script():
        return jsonify(_shown(site, id, member).document)
    return redirect(url_for("desk_bulk.batch", site=site, id=id), 303)


def _shown(site: str, id: str, member: Member) -> BatchShown:
    found: Batch = parley().bulk.find(site, id, member=member)
    refusals = parley().bulk.refusals(site, id, member=member, limit=LISTED)
    return BatchShown.of(found, refusals, reader=member.actor, now=now())


def _is_everything() -> bool:
    return request.form.get("scope") == "all"


def _picks() -> list[tuple[str, int]]:
    """Return what was selected: comments by id at the versions that were seen. Raises InvalidChange."""
    picks = []
    for text in request.form.getlist("pick"):
        id, _, version = text.partition(" ")
        if not version.isdecimal() or len(text) > 60:
            raise InvalidChange([Fault("pick", "This page is not whole. Reload it and select again.")])
        picks.append((id, int(version)))
    if not picks:
        raise InvalidChange([Fault("pick", "Select at least one comment.")])
    return picks
