"""What everyone may read: a thread's published comments and their count. Cheap: an ETag answers most readers."""

import hashlib
from dataclasses import replace

from apiflask import APIBlueprint
from flask import Response, request

from service.core.comment import Comment
from service.store.pages import State
from service.web import cursors
from service.web.authority import public
from service.web.comments import check_author
from service.web.context import parley
from service.web.naming import key_and_page
from service.web.schemas import Counts, PageQuery, PublicComment, PublicComments, ThreadQuery, public_comment
from service.web.traffic import AUTHOR_TOKEN

bp = APIBlueprint("threads", __name__, tag="Threads")


@bp.get("/v1/sites/<site>/comments")
@public
@bp.input(PageQuery, location="query", arg_name="query")
@bp.output(PublicComments)
@bp.doc(responses={304: "Nothing changed since the ETag.", 404: "There is no such site.", 422: "Not a page’s URL."})
def list_comments(site: str, query: PageQuery) -> Response:
    """List the published comments of a thread

    Oldest first; a page of long comments has fewer than `limit`. Send the ETag back in `If-None-Match` to poll cheaply.
    """
    thread = _thread(site, query)
    state = parley().pages.state(site, thread)
    etag = _etag(state, query.cursor, str(query.limit))
    if etag in request.if_none_match:
        return _cached(Response(status=304), etag)
    found = parley().pages.published(site, thread, after=cursors.decode(query.cursor), limit=query.limit + 1)
    fits = min(cursors.fitting(comment.body for comment in found), query.limit)
    page = PublicComments(
        items=[public_comment(comment) for comment in found[:fits]],
        next=_next(found, fits),
        count=state.count,
    )
    return _cached(Response(page.model_dump_json(), mimetype="application/json"), etag)


@bp.get("/v1/sites/<site>/counts")
@public
@bp.input(ThreadQuery, location="query", arg_name="query")
@bp.output(Counts)
@bp.doc(responses={304: "Nothing changed since the ETag.", 404: "There is no such site.", 422: "Not a page’s URL."})
def count_comments(site: str, query: ThreadQuery) -> Response:
    """Count the published comments of a thread"""
    state = parley().pages.state(site, _thread(site, query))
    etag = _etag(state, "count")
    if etag in request.if_none_match:
        return _cached(Response(status=304), etag)
    return _cached(Response(Counts(count=state.count).model_dump_json(), mimetype="application/json"), etag)


def own_comment(site: str, id: str) -> PublicComment | None:
    """Return the comment to its author, whose token came in a header; None without a token. Raises NotFound,
    TooFast."""
    if AUTHOR_TOKEN not in request.headers:
        return None
    check_author(site, id)
    seen = parley().queue.seen(site, id)
    return public_comment(replace(seen.comment, outcome=seen.outcome))


def _thread(site: str, query: ThreadQuery) -> str:
    """Return the key of the thread that is asked for. Raises NotFound without such a site, InvalidChange."""
    parley().registry.site(site)
    return key_asked(site, query)


def key_asked(site: str, query: ThreadQuery) -> str:
    """Return the key of the thread of *site* that *query* names. Raises InvalidChange."""
    return key_and_page(site, url=query.thread_url, thread_id=query.thread_id)[0]


def _next(found: list[Comment], limit: int) -> str | None:
    if len(found) <= limit:
        return None
    last = found[limit - 1]
    return cursors.encode(last.created_at, last.id)


def _etag(state: State, *parts: str) -> str:
    text = "\0".join((str(state.revision), str(state.count), *parts))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _cached(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = "no-cache"
    return response
