"""The moderators' API beside decisions: what stands around a comment, its author, what is hidden in it, and the log."""

from dataclasses import replace

from apiflask import APIBlueprint
from flask import Response, request

from service.core.people import Role
from service.store.acts import NEWEST
from service.web import cursors
from service.web.authority import asker, by_token, site_asked
from service.web.casework_schemas import (
    AuthorOut,
    AuthorQuery,
    ContextOut,
    EntryOut,
    LiftIn,
    LogOut,
    LogQuery,
    MarkIn,
    NoteIn,
    RedactIn,
    ReplyIn,
    RevealedOut,
    RevealIn,
    author_out,
    context_out,
    entry_out,
    log_out,
    revealed_out,
)
from service.web.context import network, parley
from service.web.schemas import DecisionOut, Out, ReceiptOut, decision_out, receipt_out

bp = APIBlueprint("casework", __name__, tag="Context")

COMMENT = "/v1/sites/<site>/comments/<id>"
AUTHOR = "/v1/sites/<site>/authors/<identity>"

_REFUSALS = {
    401: "No token, or one that is not valid.",
    403: "The role does not suffice.",
    404: "There is no such thing.",
}
_FAULTS = _REFUSALS | {422: "Fields with faults, every one listed in `errors`."}
_STALE = _FAULTS | {409: "The comment is past `version`: `decision` is the one that stands."}


@bp.get(f"{COMMENT}/context")
@by_token(Role.VIEWER)
@bp.output(ContextOut)
@bp.doc(security="token", responses=_REFUSALS)
def get_context(site: str, id: str) -> Response:
    """Get what stands around a comment

    The comments that it answers, those beside it, its thread, and what moderators did to it beside deciding.
    """
    return _document(context_out(parley().casework.around(site, id, member=asker())))


@bp.post(f"{COMMENT}/reply")
@by_token(Role.MODERATOR)
@bp.input(ReplyIn, location="json", arg_name="reply")
@bp.output(ReceiptOut, status_code=201)
@bp.doc(security="token", responses=_FAULTS)
def post_reply(site: str, id: str, reply: ReplyIn) -> Response:
    """Answer a published comment

    Published under the token's name with a moderator's badge, as soon as the comment itself shows. Takes an
    `Idempotency-Key`.
    """
    receipt = parley().intake.reply(
        id,
        reply.body,
        site=site_asked(),
        moderator=asker(),
        network=network(),
        idempotency_key=request.headers.get("Idempotency-Key", ""),
    )
    return _document(receipt_out(receipt), 201)


@bp.post(f"{COMMENT}/reveal")
@by_token(Role.OWNER)
@bp.input(RevealIn, location="json", arg_name="reveal")
@bp.output(RevealedOut)
@bp.doc(security="token", responses=_FAULTS)
def post_reveal(site: str, id: str, reveal: RevealIn) -> Response:
    """See what is hidden of a comment

    Its author's address and what masks cover: for owners, with a reason, which is logged first.
    """
    return _document(revealed_out(parley().redaction.reveal(site, id, member=asker(), reason=reveal.reason)))


@bp.post(f"{COMMENT}/lift")
@by_token(Role.OWNER)
@bp.input(LiftIn, location="json", arg_name="lift")
@bp.output(DecisionOut, status_code=201)
@bp.doc(security="token", responses=_STALE)
def post_lift(site: str, id: str, lift: LiftIn) -> Response:
    """Lift a wrong mask

    What it covers stands in the body for good. For owners, with a reason, which is logged.
    """
    made = parley().redaction.lift(site, id, lift.begin, member=asker(), reason=lift.reason, version=lift.version)
    return _document(decision_out(made, comment=id), 201)


@bp.post(f"{COMMENT}/redact")
@by_token(Role.MODERATOR)
@bp.input(RedactIn, location="json", arg_name="redact")
@bp.output(DecisionOut, status_code=201)
@bp.doc(security="token", responses=_STALE)
def post_redact(site: str, id: str, redact: RedactIn) -> Response:
    """Redact a part of a comment

    It reads █████ from now on, whatever its length; what it said stays sealed, for an owner to reveal. The comment
    stands where it stood; its new text is scored, and told of.
    """
    made = parley().redaction.redact(
        site, id, redact.begin, redact.end, member=asker(), reason=redact.reason, version=redact.version
    )
    return _document(decision_out(made, comment=id), 201)


@bp.get(AUTHOR)
@by_token(Role.VIEWER)
@bp.input(AuthorQuery, location="query", arg_name="query")
@bp.output(AuthorOut)
@bp.doc(security="token", responses=_FAULTS)
def get_author(site: str, identity: str, query: AuthorQuery) -> Response:
    """Get an author's history

    By the `author` of a comment, a keyed fingerprint. Their address is not part of it.
    """
    after = cursors.decode(query.cursor)
    found = parley().casework.author(site, identity, member=asker(), after=after, limit=query.limit)
    fits = cursors.fitting(each.comment.body for each in found.written)
    following = found.next
    if fits < len(found.written):
        last = found.written[fits - 1].comment
        following = last.created_at, last.id
    shown = replace(found, written=found.written[:fits])
    return _document(author_out(shown, next=cursors.encode(*following) if following else None))


@bp.post(f"{AUTHOR}/notes")
@by_token(Role.MODERATOR)
@bp.input(NoteIn, location="json", arg_name="note")
@bp.output(EntryOut, status_code=201)
@bp.doc(security="token", responses=_FAULTS)
def post_note(site: str, identity: str, note: NoteIn) -> Response:
    """Note something about an author, for colleagues"""
    made = parley().casework.note(site, identity, member=asker(), text=note.text)
    return _document(entry_out(made), 201)


@bp.put(f"{AUTHOR}/mark")
@by_token(Role.MODERATOR)
@bp.input(MarkIn, location="json", arg_name="mark")
@bp.output(EntryOut)
@bp.doc(security="token", responses=_FAULTS)
def put_mark(site: str, identity: str, mark: MarkIn) -> Response:
    """Block, mute or trust an author, or none of these

    By the author key of `comment`: what a blocked author writes is rejected, what a muted one writes is held, and a
    trusted one is no newcomer and may post links. By the address alone it is held at most: anybody may have typed that.
    """
    made = parley().casework.mark(site, identity, mark.mark, member=asker(), comment=mark.comment, reason=mark.reason)
    return _document(entry_out(made))


@bp.get("/v1/sites/<site>/log")
@by_token(Role.OWNER)
@bp.input(LogQuery, location="query", arg_name="query")
@bp.output(LogOut)
@bp.doc(security="token", responses=_FAULTS)
def list_log(site: str, query: LogQuery) -> Response:
    """List what moderators did beside deciding, newest first

    For owners: notes, marks, what was revealed, lifted and redacted, threads closed and comments pinned.
    """
    before = query.cursor or NEWEST
    found = parley().casework.log(site, member=asker(), before=before, limit=query.limit + 1)
    return _document(log_out(found, limit=query.limit))


def _document(out: Out, status: int = 200) -> Response:
    text = out.model_dump_json()
    return Response(text, status, mimetype="application/json", headers={"Cache-Control": "no-store"})
