"""The moderators' API for many comments at once. A batch that is done at once is 201, one that goes on 202."""

from apiflask import APIBlueprint
from flask import Response, url_for

from service.core.batch import Batch
from service.core.errors import Fault, InvalidChange
from service.core.people import Member, Role
from service.web.asked import view_asked
from service.web.authority import asker, by_token
from service.web.batches_schemas import (
    BatchDetailOut,
    BatchesOut,
    BatchesQuery,
    BatchIn,
    BatchQuery,
    batch_detail_out,
    batch_out,
)
from service.web.context import parley

bp = APIBlueprint("batches", __name__, tag="Moderation")

BATCHES = "/v1/sites/<site>/batches"
BATCH = f"{BATCHES}/<id>"

#: What was refused, as far as the answer to a change tells it.
FIRST_PAGE = 50

_REFUSALS = {
    401: "No token, or one that is not valid.",
    403: "The role does not suffice.",
    404: "There is no such thing.",
}
_FAULTS = _REFUSALS | {422: "Fields with faults, every one listed in `errors`."}
_STARTED = _FAULTS | {202: "It goes on: look again for its progress."}


@bp.get(BATCHES)
@by_token(Role.VIEWER)
@bp.input(BatchesQuery, location="query", arg_name="query")
@bp.output(BatchesOut)
@bp.doc(security="token", responses=_REFUSALS)
def list_batches(site: str, query: BatchesQuery) -> Response:
    """List the last batches, newest first"""
    found = parley().bulk.recent(site, member=asker(), limit=query.limit)
    page = BatchesOut(items=[batch_out(batch) for batch in found])
    return Response(page.model_dump_json(), mimetype="application/json")


@bp.post(BATCHES)
@by_token(Role.MODERATOR)
@bp.input(BatchIn, location="json", arg_name="batch")
@bp.output(BatchDetailOut, status_code=201)
@bp.doc(security="token", responses=_STARTED)
def post_batch(site: str, batch: BatchIn) -> Response:
    """Decide many comments at once

    Each is decided at the version that you picked, or refused with the reason. Up to 200 are decided before the answer,
    more by a worker. For 10 seconds the decisions are kept quiet, as with `undo_seconds`.
    """
    member = asker()
    return _started(site, _start(site, batch, member).id, member)


@bp.get(BATCH)
@by_token(Role.VIEWER)
@bp.input(BatchQuery, location="query", arg_name="query")
@bp.output(BatchDetailOut)
@bp.doc(security="token", responses=_REFUSALS)
def get_batch(site: str, id: str, query: BatchQuery) -> Response:
    """Get a batch: its progress, and what was refused and why

    It is kept for 30 days after it is done.
    """
    document = _document(site, id, asker(), after=query.cursor, limit=query.limit)
    return Response(document.model_dump_json(), mimetype="application/json")


@bp.post(f"{BATCH}/undo")
@by_token(Role.MODERATOR)
@bp.output(BatchDetailOut, status_code=201)
@bp.doc(security="token", responses=_STARTED)
def post_undo_batch(site: str, id: str) -> Response:
    """Take back what a batch did

    By a batch of its own. Within 10 seconds of a decision its event is never delivered; later a new decision puts the
    comment back. What was decided since stays, and is listed as refused.
    """
    member = asker()
    return _started(site, parley().bulk.undo(site, id, member=member).id, member)


def _start(site: str, batch: BatchIn, member: Member) -> Batch:
    bulk = parley().bulk
    if (batch.comments is None) == (batch.filter is None):
        raise InvalidChange([Fault("comments", "Say which: either comments or a filter.")])
    if batch.filter is None:
        picks = [(pick.id, pick.version) for pick in batch.comments or ()]
        return bulk.start(site, picks, batch.ruling, member=member)
    view = view_asked(site, batch.filter, member)
    return bulk.start_all(site, view, batch.ruling, member=member, until=batch.until_millis, expected=batch.expected)


def _started(site: str, id: str, member: Member) -> Response:
    document = _document(site, id, member, limit=FIRST_PAGE)
    status = 202 if document.state == "running" else 201
    headers = {"Location": url_for("batches.get_batch", site=site, id=id)}
    return Response(document.model_dump_json(), status, headers, mimetype="application/json")


def _document(site: str, id: str, member: Member, *, after: int = 0, limit: int) -> BatchDetailOut:
    bulk = parley().bulk
    batch = bulk.find(site, id, member=member)
    return batch_detail_out(batch, bulk.refusals(site, id, member=member, after=after, limit=limit), after=after)
