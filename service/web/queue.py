"""The moderators' API: the queue, one comment, decisions on it. A bearer token says who asks."""

from apiflask import APIBlueprint
from flask import Response

from service.core.people import Role
from service.web import cursors
from service.web.asked import view_asked
from service.web.authority import asker, by_token, site_asked
from service.web.context import is_full, parley
from service.web.schemas import (
    CommentOut,
    DecisionIn,
    DecisionOut,
    LeasedOut,
    LeaseIn,
    NextIn,
    QueueCountsOut,
    QueueOut,
    QueueQuery,
    ThreadIn,
    ThreadOut,
    UndoIn,
    comment_out,
    decision_out,
    moment,
    queue_item,
)
from service.web.threads import key_asked, own_comment
from service.web.traffic import AUTHOR_TOKEN

bp = APIBlueprint("queue", __name__, tag="Moderation")

_REFUSALS = {
    401: "No token, or one that is not valid.",
    403: "The role does not suffice.",
    404: "There is no such thing.",
}


@bp.get("/v1/sites/<site>/queue")
@by_token(Role.VIEWER)
@bp.input(QueueQuery, location="query", arg_name="query")
@bp.output(QueueOut)
@bp.doc(security="token", responses=_REFUSALS)
def list_queue(site: str, query: QueueQuery) -> Response:
    """List what waits for a person

    Worst first unless `sort` says another order; `list` names another list, and the rest filters it. A page of long
    comments has fewer than `limit`: only `next` tells whether more follow.
    """
    member = asker()
    view = view_asked(site, query, member)
    found = parley().review.listed(site, view, member=member, after=cursors.decode(query.cursor), limit=query.limit)
    fits = cursors.fitting(comment.body for _, comment in found.items)
    shown, rest = found.items[:fits], found.items[fits:]
    following = (shown[-1][0], shown[-1][1].id) if rest else found.next
    page = QueueOut(
        items=[queue_item(comment) for _, comment in shown],
        next=cursors.encode(*following) if following else None,
        looked=found.looked,
    )
    return Response(page.model_dump_json(), mimetype="application/json")


@bp.get("/v1/sites/<site>/queue/counts")
@by_token(Role.VIEWER)
@bp.output(QueueCountsOut)
@bp.doc(security="token", responses=_REFUSALS)
def count_queue(site: str) -> Response:
    """Count each list, and for which reasons comments wait"""
    full = is_full(site_asked())
    counts = parley().lists.counts(site)
    oldest = moment(counts.oldest) if counts.oldest else None
    shown = QueueCountsOut(lists=counts.lists, reasons=counts.reasons, oldest=oldest, is_full=full)
    return Response(shown.model_dump_json(), mimetype="application/json")


@bp.post("/v1/sites/<site>/queue/next")
@by_token(Role.MODERATOR)
@bp.input(NextIn, location="json", arg_name="wanted")
@bp.output(LeasedOut)
@bp.doc(security="token", responses=_REFUSALS | {204: "There is none that nobody else has open."})
def post_next(site: str, wanted: NextIn) -> Response:
    """Take the next comment

    The first of the list that nobody else has open is leased to you for ten minutes: nobody else gets it meanwhile.
    Everything that uses one token is one moderator, and gets the same comment until it is decided.
    """
    member = asker()
    opened = parley().review.next(site, view_asked(site, wanted, member), member=member)
    if opened is None:
        return Response(status=204)
    lease = opened.lease
    taken = LeasedOut(comment=queue_item(opened.comment), lease=lease.token, lease_ends=moment(lease.ends))
    return Response(taken.model_dump_json(), mimetype="application/json")


@bp.post("/v1/sites/<site>/comments/<id>/give-back")
@by_token(Role.MODERATOR)
@bp.input(LeaseIn, location="json", arg_name="held")
@bp.output({}, status_code=204)
@bp.doc(security="token", responses=_REFUSALS)
def post_give_back(site: str, id: str, held: LeaseIn) -> tuple[str, int]:
    """Give a comment back undecided

    Its lease ends, if it has not ended already.
    """
    parley().review.give_back(site, id, member=asker(), lease=held.lease)
    return "", 204


@bp.get("/v1/sites/<site>/comments/<id>")
@by_token(Role.VIEWER, unless=AUTHOR_TOKEN)
@bp.output(CommentOut)
@bp.doc(
    security=["token", "author"],
    responses=_REFUSALS | {429: "Its author asks too often: `Retry-After` says when the next is welcome."},
)
def get_comment(site: str, id: str) -> Response:
    """Get one comment

    A moderator sees its scores and decisions; its author, by the token from the receipt in `Parley-Author-Token`, what
    the public would see, and its status.
    """
    own = own_comment(site, id)
    if own is not None:
        return Response(own.model_dump_json(), mimetype="application/json", headers={"Cache-Control": "no-store"})
    queue = parley().queue
    document = comment_out(queue.find(site, id), queue.decisions(site, id))
    return Response(document.model_dump_json(), mimetype="application/json")


@bp.post("/v1/sites/<site>/comments/<id>/decisions")
@by_token(Role.MODERATOR)
@bp.input(DecisionIn, location="json", arg_name="decision")
@bp.output(DecisionOut, status_code=201)
@bp.doc(security="token", responses=_REFUSALS | {409: "Someone decided first: `decision` is the one that stands."})
def post_decision(site: str, id: str, decision: DecisionIn) -> Response:
    """Decide a comment

    With `version`, the decision is refused when someone has decided since you looked.
    """
    made = parley().review.decide(
        site,
        id,
        decision.ruling,
        member=asker(),
        version=decision.version,
        lease=decision.lease,
        undo_seconds=decision.undo_seconds,
    )
    return Response(decision_out(made, comment=id).model_dump_json(), 201, mimetype="application/json")


@bp.post("/v1/sites/<site>/comments/<id>/undo")
@by_token(Role.MODERATOR)
@bp.input(UndoIn, location="json", arg_name="undo")
@bp.output(DecisionOut, status_code=201)
@bp.doc(security="token", responses=_REFUSALS | {409: "The undo window has ended, or someone decided since."})
def post_undo(site: str, id: str, undo: UndoIn) -> Response:
    """Take a decision back within its undo window

    Its event is never delivered, and the public never saw the change.
    """
    made = parley().review.undo(site, id, member=asker(), version=undo.version)
    return Response(decision_out(made, comment=id).model_dump_json(), 201, mimetype="application/json")


@bp.put("/v1/sites/<site>/threads")
@by_token(Role.MODERATOR)
@bp.input(ThreadIn, arg_name="thread")
@bp.output(ThreadOut)
@bp.doc(security="token", responses=_REFUSALS)
def put_thread(site: str, thread: ThreadIn) -> ThreadOut:
    """Close a thread, or open it again; pin one of its comments, or none

    A closed thread shows its comments and takes no more. A pinned comment and its replies stand first in every
    order.
    """
    casework, member, key = parley().casework, asker(), key_asked(site, thread)
    if thread.pinned:
        casework.pin(site, thread.pinned, member=member, thread=key, reason=thread.reason)
    elif "pinned" in thread.model_fields_set:
        casework.unpin(site, key, member=member, reason=thread.reason)
    if thread.closed is not None:
        change = casework.close if thread.closed else casework.reopen
        change(site, key, member=member, reason=thread.reason)
    state = parley().pages.state(site, key)
    return ThreadOut(closed=state.is_closed, pinned=state.pinned or None, count=state.count)
