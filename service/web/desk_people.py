"""Beside deciding, at the desk: an author's history, notes and marks; a thread closed or pinned; a reply, a redaction;
a look under the masks. Each is a form, and comes back to where it was."""

from flask import Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.core.comment import Mark
from service.core.errors import Fault, InvalidChange, ParentMissing, Superseded
from service.core.people import Role
from service.web import cursors, words
from service.web import session as desk_session
from service.web.authority import asker, at_desk, site_asked
from service.web.context import network, parley
from service.web.desk import guarded, is_script
from service.web.frame import frame, now
from service.web.people_shown import HistoryShown
from service.web.problems import refused
from service.web.viewing import is_id

bp = guarded("desk_people", below="/<site>")

#: Comments of an author on one page.
PAGE = 20

#: Masks in a text whose originals one page shows, the first ones.
MOST_COVERS = 100


@bp.errorhandler(InvalidChange)
def say_what_is_wrong(error: InvalidChange) -> AnyResponse:
    """Say what is wrong on the page that the form came from. A reply that is refused has a page of its own instead:
    going back from there, the browser still has what was typed."""
    if is_script() or request.endpoint == "desk_people.post_reply":
        return refused(error)
    desk_session.flash(str(error), "late")
    values = request.view_args or {}
    if "identity" in values:
        return redirect(url_for("desk_people.author", **values, comment=request.form.get("comment") or None), 303)
    return redirect(_comment(**values), 303)


@bp.get("/authors/<identity>")
@at_desk(Role.VIEWER)
def author(site: str, identity: str) -> str:
    """Show who wrote: what became of their comments, and what moderators noted; never the address."""
    member = asker()
    after = cursors.decode(request.args.get("cursor", ""))
    found = parley().casework.author(site, identity, member=member, after=after, limit=PAGE)
    shown = HistoryShown.of(found, site=site, reader=member.actor, now=now())
    template = "desk/_author.html" if "fragment" in request.args else "desk/author.html"
    comment = request.args.get("comment", "")
    return render_template(template, desk=frame(member, site), history=shown, comment=comment if is_id(comment) else "")


@bp.post("/authors/<identity>/notes")
@at_desk(Role.MODERATOR)
def post_note(site: str, identity: str) -> AnyResponse:
    """Note something about an author, for colleagues."""
    parley().casework.note(site, identity, member=asker(), text=request.form.get("note", ""))
    return _done("Noted.", url_for("desk_people.author", site=site, identity=identity))


@bp.post("/authors/<identity>/mark")
@at_desk(Role.MODERATOR)
def post_mark(site: str, identity: str) -> AnyResponse:
    """Block, mute or trust an author from now on, or none of these."""
    said = request.form.get("mark", "")
    if said not in ("", *Mark):
        raise InvalidChange([Fault("mark", "Choose to block, mute, trust, or none of these.")])
    mark = Mark(said) if said else None
    comment, reason = request.form.get("comment", "")[:60], request.form.get("why", "")
    parley().casework.mark(site, identity, mark, member=asker(), comment=comment, reason=reason)
    return _done(words.MARKED[mark], url_for("desk_people.author", site=site, identity=identity))


@bp.post("/<id>/thread")
@at_desk(Role.MODERATOR)
def post_thread(site: str, id: str) -> AnyResponse:
    """Close or open the comment's thread, or pin the comment on its page."""
    casework, member, said = parley().casework, asker(), request.form.get("act", "")
    thread = parley().queue.find(site, id).thread
    match said:
        case "close":
            casework.close(site, thread, member=member)
        case "reopen":
            casework.reopen(site, thread, member=member)
        case "pin":
            casework.pin(site, id, member=member)
        case "unpin":
            casework.unpin(site, thread, member=member)
        case _:
            raise InvalidChange([Fault("act", "Choose to close, open, pin or unpin.")])
    return _done(words.THREAD_DONE[said], _comment(site, id))


@bp.post("/<id>/reply")
@at_desk(Role.MODERATOR)
def post_reply(site: str, id: str) -> AnyResponse:
    """Answer a published comment under one's own name, with the badge."""
    try:
        text = request.form.get("body", "")
        parley().intake.reply(id, text, site=site_asked(), moderator=asker(), network=network())
    except ParentMissing as error:
        desk_session.flash(str(error), "late")
        return redirect(_comment(site, id), 303)
    return _done("Your reply is published.", _comment(site, id))


@bp.post("/<id>/redact")
@at_desk(Role.MODERATOR)
def post_redact(site: str, id: str) -> AnyResponse:
    """Cover words of a comment, wherever they stand first in it."""
    member, phrase = asker(), request.form.get("words", "").strip()
    begin = parley().queue.find(site, id).body.find(phrase) if phrase else -1
    if begin < 0:
        desk_session.flash("These words are not in the comment. Copy them as they stand there.", "late")
        return redirect(_comment(site, id), 303)
    version, why = request.form.get("version", 0, type=int), request.form.get("why", "")
    try:
        parley().redaction.redact(site, id, begin, begin + len(phrase), member=member, reason=why, version=version)
    except Superseded as error:
        desk_session.flash(words.late(error.winner, now=now()), "late")
        return redirect(_comment(site, id), 303)
    return _done("Redacted.", _comment(site, id))


@bp.post("/<id>/reveal")
@at_desk(Role.OWNER)
def post_reveal(site: str, id: str) -> AnyResponse:
    """Show an owner what is hidden, once they have said why, which is logged."""
    member = asker()
    found = parley().redaction.reveal(site, id, member=member, reason=request.form.get("why", ""))
    version, body = parley().queue.find(site, id).version, found.covers.get("body", ())
    return Response(
        render_template(
            "desk/revealed.html",
            desk=frame(member, site),
            id=id,
            version=version,
            address=found.address.reveal() if found.address else "",
            covers=[(cover.begin, cover.clear) for cover in body[:MOST_COVERS]],
            more=max(len(body) - MOST_COVERS, 0),
            others=[cover.clear for name, covers in found.covers.items() if name != "body" for cover in covers],
        )
    )


@bp.post("/<id>/lift")
@at_desk(Role.OWNER)
def post_lift(site: str, id: str) -> AnyResponse:
    """Take a wrong mask away for good."""
    member = asker()
    begin, version = (request.form.get(name, -1, type=int) for name in ("begin", "version"))
    why = request.form.get("why", "")
    try:
        parley().redaction.lift(site, id, begin, member=member, reason=why, version=version)
    except Superseded as error:
        desk_session.flash(words.late(error.winner, now=now()), "late")
        return redirect(_comment(site, id), 303)
    return _done("The mask is gone.", _comment(site, id))


def _comment(site: str, id: str) -> str:
    return url_for("desk_comment.comment", site=site, id=id)


def _done(text: str, back: str) -> AnyResponse:
    if is_script():
        return jsonify(said=text)
    desk_session.flash(text, "done")
    return redirect(back, 303)
