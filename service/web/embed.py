"""What other sites' pages load: the two files, a thread as a fragment, an author's own comment, reports.

Only these routes answer to pages of other origins, and only to the site's own. They take no cookie and give none.
"""

import hashlib
import json
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from apiflask import APIBlueprint
from flask import Response, abort, jsonify, make_response, render_template, request
from pydantic import ConfigDict, Field

from service.core.comment import Comment, Complaint, Outcome
from service.core.errors import Fault, InvalidChange, NotFound, ParleyError
from service.core.masking import holds_address, mask
from service.core.site import Site
from service.core.thread import NotAPage, canonical, key_of
from service.store.pages import Order, Place, State
from service.store.queue import DAY
from service.web import cursors
from service.web.assets import ASSETS, DIGEST
from service.web.bodies import Bodies, answer_with
from service.web.comments import AUTHOR_TOKEN, as_author_sees, check_origin, fields_of_request, form_again, receive
from service.web.context import network, parley, words_of
from service.web.locale import Words
from service.web.manners import stamp
from service.web.problems import headers_of, status_of
from service.web.schemas import ThreadQuery
from service.web.shown import CommentShown, FormShown, ThreadShown, Where
from service.web.traffic import policy

bp = APIBlueprint("embed", __name__, url_prefix="/embed/v1", enable_openapi=False)

#: Comments that a thread begins with, and that "load more" adds.
PAGE = 50

#: Pages that one fragment holds at most, for who has loaded more of them and asks what changed.
MOST_PAGES = 10

#: Threads that one request counts at most.
MOST_COUNTED = 100

#: Seconds for which a browser need not ask again whether it may.
PREFLIGHT_LIFE = 7200

#: Headers of our answers that a page's script may read.
TOLD = ("ETag", "Retry-After", AUTHOR_TOKEN, "Parley-Comment", "Parley-Outcome", "Parley-Form")

#: Words that scripts need, by the locales' keys.
SAID = ("sending", "offline", "again", "wait", "held", "published", "leave_comment", "leave_reply_to", "cancel_reply")

_bodies = Bodies()


class FragmentQuery(ThreadQuery):
    """Which part of which thread, in which language and order."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    thread_title: Annotated[str, Field(max_length=300)] = ""
    lang: Annotated[str, Field(max_length=35)] = ""
    sort: Order = Order.OLDEST
    cursor: Annotated[str, Field(max_length=400)] = ""
    at: Annotated[str, Field(max_length=40)] = ""
    reply: Annotated[str, Field(max_length=40)] = ""
    pages: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1


# The files


@bp.get("/<path:name>")
def asset(name: str) -> Response:
    """Send a file of the embed: by its own name for an hour, by its content's for ever. Raises NotFound."""
    found = ASSETS.get(name)
    if found is None:
        abort(404)
    response = answer_with(found.body, found.etag, mimetype=found.mimetype)
    response.headers["Cache-Control"] = found.cache_control
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


# The thread


@bp.get("/sites/<site>/thread")
@bp.input(FragmentQuery, location="query", arg_name="query")
def fragment(site: str, query: FragmentQuery) -> Response:
    """Send a thread and its form, for a page of the site to show, or for its server to include."""
    here = parley().registry.site(site)
    return fragment_of(here, query)


@bp.get("/sites/<site>/page")
@bp.input(FragmentQuery, location="query", arg_name="query")
def page(site: str, query: FragmentQuery) -> Response:
    """Show a thread on a page of its own, for whoever reads without JavaScript."""
    here = parley().registry.site(site)
    thread, state, where = _thread(here, query)
    text = render_template(
        "embed/page.html", **_drawn(here, thread, state, where, query, idempotency_key=secrets.token_urlsafe(24))
    )
    response = make_response(text)
    response.headers["Content-Security-Policy"] = policy(posts_to=_origin(where.thread_url))
    response.headers["Cache-Control"] = "no-store"
    return response


def fragment_of(site: Site, query: FragmentQuery) -> Response:
    """Answer with the part of the thread that *query* asks for: unchanged ones by ETag alone, seen ones from memory."""
    thread, state, where = _thread(site, query)
    etag = _etag(site, state, where, query)
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304)
        response.set_etag(etag, weak=True)
    else:
        text = lambda: render_template(  # noqa: E731 - it is drawn only when nobody else asked before
            "embed/thread.html", etag=etag, **_drawn(site, thread, state, where, query)
        )
        response = answer_with(_bodies.of(etag, text), etag, mimetype="text/html")
    response.headers["Cache-Control"] = "no-cache"
    return response


def markup_of(site: Site, query: FragmentQuery) -> str:
    """Return what `fragment_of` answers with, for a page of our own to include."""
    thread, state, where = _thread(site, query)
    etag = _etag(site, state, where, query)
    return render_template("embed/thread.html", etag=etag, **_drawn(site, thread, state, where, query))


def _thread(site: Site, query: FragmentQuery) -> tuple[str, State, Where]:
    """Return the thread's key, its state now, and how its links name it. Raises InvalidChange."""
    if not query.thread_url and not query.thread_id:
        raise InvalidChange([Fault("thread_url", "Say which thread: thread_url or thread_id.")])
    if holds_address(query.thread_id):
        raise InvalidChange([Fault("thread_id", "The page’s id contains an e-mail address. Choose another.")])
    try:
        url = canonical(query.thread_url) if query.thread_url else ""
    except NotAPage as error:
        raise InvalidChange([Fault("thread_url", str(error))]) from None
    if url and not site.has_page(url):
        raise InvalidChange([Fault("thread_url", "This page is not one of the site’s. Its owner can add its origin.")])
    thread = key_of(url=url, thread_id=query.thread_id)
    state = parley().pages.state(site.id, thread, closes_after=site.policy.close_after_days * DAY)
    words = words_of(site, query.lang)
    title = mask(" ".join(query.thread_title.split())).text or site.name
    return thread, state, Where(parley().origin, site.id, url, query.thread_id, title, words.language)


def _drawn(
    site: Site, thread: str, state: State, where: Where, query: FragmentQuery, *, idempotency_key: str = ""
) -> dict[str, object]:
    """Return what the templates show."""
    words = words_of(site, where.lang)
    start, is_part = _start(site, thread, query)
    found, following = parley().pages.tree(
        site.id, thread, order=query.sort, start=start, limit=PAGE * query.pages, hidden=state.hidden
    )
    parent = _parent(site, thread, query.reply)
    return {
        "words": words,
        "said": _said(words),
        "page_url": where.thread_url,
        "modules": {name: where.base + asset.path for name, asset in ASSETS.modules.items()},
        "thread": ThreadShown.of(
            found,
            words,
            where=where,
            count=state.count,
            order=query.sort,
            deepest=site.policy.reply_depth,
            more=cursors.encode(following.score, following.path) if following else "",
            is_part=is_part,
            is_closed=state.is_closed,
        ),
        "form": None
        if state.is_closed
        else FormShown.of(
            site,
            base=where.base,
            values=where.values | {"parent_id": parent.id if parent else ""},
            parent_name=parent.author.name if parent else "",
            idempotency_key=idempotency_key,
            shown_at=stamp(parley().fingerprints, site, now=parley().now()),
        ),
    }


def _said(words: Words) -> str:
    """Return the words that scripts need, as JSON: they stand in the fragment, so that no word is written twice."""
    return json.dumps({key: words.forms(key) for key in SAID}, ensure_ascii=False)


def _start(site: Site, thread: str, query: FragmentQuery) -> tuple[Place | None, bool]:
    """Return where the part begins, and whether that is not at the thread's beginning."""
    if query.at:
        place = parley().pages.place(site.id, thread, query.at, order=query.sort, limit=PAGE)
        return place, place is not None
    after = cursors.decode(query.cursor)
    return (Place(*after), True) if after else (None, False)


def _parent(site: Site, thread: str, id: str) -> Comment | None:
    """Return the public comment of *thread* that a reply is begun to, on whichever part it stands."""
    if not id:
        return None
    try:
        comment = parley().queue.find(site.id, id)
    except NotFound:
        return None
    return comment if comment.thread == thread and comment.outcome is Outcome.PUBLISHED else None


def _etag(site: Site, state: State, where: Where, query: FragmentQuery) -> str:
    parts = (DIGEST, repr(site), repr(state), repr(where), query.model_dump_json())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


# What a reader sends


@bp.post("/sites/<site>/comments")
def post(site: str) -> Response:
    """Take a comment from the form that a page shows: answer with it as its author sees it, or with the form again."""
    here = parley().registry.site(site)
    fields = fields_of_request()
    try:
        _, receipt = receive(here, fields)
    except ParleyError as error:
        return form_again(here, fields, error, template="embed/form.html")
    response = _own(here, receipt.id, str(fields.get("lang") or ""))
    response.status_code = 201 if receipt.outcome is Outcome.PUBLISHED else 202
    response.headers[AUTHOR_TOKEN] = receipt.token
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/sites/<site>/comments/<id>")
def own(site: str, id: str) -> Response:
    """Send a comment to its author, whose token came in a header. Raises NotFound."""
    here = parley().registry.site(site)
    if not parley().intake.opens(request.headers.get(AUTHOR_TOKEN, ""), site=site, comment=id):
        raise NotFound("comment", id)
    return _own(here, id, request.args.get("lang", "")[:35])


def _own(site: Site, id: str, lang: str) -> Response:
    seen = as_author_sees(site, id)
    words = words_of(site, lang)
    comment = seen.comment
    shown = CommentShown.own(comment, words, outcome=seen.outcome, told=seen.told, deepest=site.policy.reply_depth)
    where = Where(parley().origin, site.id, comment.thread_url, "", comment.thread_title, words.language)
    text = render_template("embed/comment.html", comment=shown, words=words, where=where)
    etag = hashlib.sha256("\0".join((DIGEST, text)).encode()).hexdigest()[:24]
    response = Response(status=304) if request.if_none_match.contains_weak(etag) else make_response(text)
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Parley-Comment"] = id
    response.headers["Parley-Outcome"] = seen.outcome.value
    return response


@bp.route("/sites/<site>/comments/<id>/report", methods=["GET", "POST"])
def report(site: str, id: str) -> Response:
    """Ask what is wrong with a comment, or take the answer; `fragment` in the query wants it for a dialog.

    Raises NotFound.
    """
    here = parley().registry.site(site)
    words = words_of(here, request.args.get("lang", "")[:35])
    comment = parley().queue.find(site, id)
    if comment.outcome is not Outcome.PUBLISHED:
        raise NotFound("comment", id)
    is_fragment = "fragment" in request.args
    chosen = note = problem = ""
    done, status, headers = False, 200, {}
    if request.method == "POST":
        chosen, note = request.form.get("complaint", ""), request.form.get("note", "")
        try:
            _take_report(here, id, chosen=chosen, note=note)
            done = True
        except ParleyError as error:
            (status, _), headers, problem = status_of(error), headers_of(error), words.problem(error)
    text = render_template(
        "embed/report.html",
        words=words,
        is_fragment=is_fragment,
        action=Where(parley().origin, site, lang=words.language).report(id) + ("&fragment=1" if is_fragment else ""),
        complaints=[each.value for each in Complaint],
        chosen=chosen,
        note=note,
        done=done,
        problem=problem,
    )
    response = make_response(text, status, headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def _take_report(site: Site, id: str, *, chosen: str, note: str) -> None:
    check_origin(site)
    if chosen not in set(Complaint):
        raise InvalidChange([Fault("complaint", "Please say what is wrong with the comment.")])
    parley().intake.report(site, id, complaint=Complaint(chosen), note=note, network=network())


# Counts


@bp.get("/sites/<site>/counts")
def counts(site: str) -> Response:
    """Send how many comments each thread has, in the order in which the query names them.

    By `thread_url` or `thread_id`, repeated. Raises InvalidChange.
    """
    here = parley().registry.site(site)
    named = [pair for pair in request.args.items(multi=True) if pair[0] in ("thread_url", "thread_id")]
    if not 1 <= len(named) <= MOST_COUNTED:
        raise InvalidChange([Fault("thread_url", f"Name 1 to {MOST_COUNTED} threads by thread_url or thread_id.")])
    words = words_of(here, request.args.get("lang", "")[:35])
    counted = [parley().pages.state(site, _key(kind, name)).count for kind, name in named]
    response = jsonify([{"count": count, "text": words("comments", count=count)} for count in counted])
    response.add_etag(weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def _key(kind: str, name: str) -> str:
    try:
        return (
            key_of(url=canonical(name), thread_id="") if kind == "thread_url" else key_of(url="", thread_id=name[:200])
        )
    except NotAPage as error:
        raise InvalidChange([Fault(kind, str(error))]) from None


# Other origins


@bp.after_request
def share(response: Response) -> Response:
    """Let pages of the site's own origins read the answer, and ask beforehand; nobody else's."""
    site = (request.view_args or {}).get("site")
    if site is None:
        return response
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin is None or not _may_read(origin, site):
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = ", ".join(TOLD)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = AUTHOR_TOKEN
        response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_LIFE)
    return response


def _may_read(origin: str, site: str) -> bool:
    try:
        return parley().is_own_page(origin, parley().registry.site(site))
    except ParleyError:
        return False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
