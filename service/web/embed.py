"""What other sites' pages load: the two files, a thread as a fragment or a page of its own, counts."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, abort, jsonify, make_response, render_template, request
from pydantic import ConfigDict, Field

from service.core.comment import Comment, Reading
from service.core.errors import Fault, InvalidChange, NotFound
from service.core.masking import mask
from service.core.site import Site
from service.core.thread import link_to, origin_of
from service.store.pages import Order, Place, State
from service.store.queue import DAY
from service.use_cases.submit import NOT_OURS
from service.web import cursors
from service.web.assets import ASSETS, DIGEST
from service.web.authority import public
from service.web.bodies import Bodies, answer_with
from service.web.context import parley, words_of
from service.web.locale import LONGEST_LANG, Words
from service.web.manners import stamp
from service.web.naming import LONGEST_THREAD, NAMES, Named
from service.web.schemas import ThreadQuery
from service.web.sharing import share
from service.web.shown import LONGEST, FormShown, ThreadShown, Where
from service.web.threads import key_asked
from service.web.traffic import policy

bp = APIBlueprint("embed", __name__, url_prefix="/embed/v1", enable_openapi=False)
bp.after_request(share)

#: Comments that a thread begins with, and that "load more" adds.
PAGE = 50

#: Bytes of comments' texts that it begins with, and adds: where they are long, fewer comments.
PAGE_BYTES = 100_000

#: Pages that one fragment holds at most, for who has loaded more of them and asks what changed.
MOST_PAGES = 10

#: Threads that one request counts at most.
MOST_COUNTED = 100

#: Words that scripts need, by the locales' keys.
SAID = (
    "sending",
    "offline",
    "again",
    "wait",
    "held",
    "published",
    "refused",
    "leave_comment",
    "leave_reply_to",
    "cancel_reply",
)

_bodies = Bodies()


class FragmentQuery(ThreadQuery):
    """Which part of which thread, in which language and order."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    thread: Annotated[str, Field(max_length=LONGEST_THREAD)] = ""
    thread_title: Annotated[str, Field(max_length=LONGEST["thread_title"])] = ""
    lang: Annotated[str, Field(max_length=LONGEST_LANG)] = ""
    sort: Order = Order.OLDEST
    cursor: Annotated[str, Field(max_length=400)] = ""
    at: Annotated[str, Field(max_length=40)] = ""
    reply: Annotated[str, Field(max_length=40)] = ""
    pages: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1


# The files


@bp.get("/<path:name>")
@public
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
@public
@bp.input(FragmentQuery, location="query", arg_name="query")
def fragment(site: str, query: FragmentQuery) -> Response:
    """Send a thread and its form, for a page of the site to show, or for its server to include.

    Unchanged ones by their ETag alone; those that someone asked for before, from memory.
    """
    part = Part.of(parley().registry.site(site), query)
    if request.if_none_match.contains_weak(part.etag):
        response = Response(status=304)
        response.set_etag(part.etag, weak=True)
    else:
        response = answer_with(_bodies.of(part.etag, part.markup), part.etag, mimetype="text/html")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/sites/<site>/page")
@public
@bp.input(FragmentQuery, location="query", arg_name="query")
def page(site: str, query: FragmentQuery) -> Response:
    """Show a thread on a page of its own, for whoever reads without JavaScript."""
    part = Part.of(parley().registry.site(site), query)
    drawn = part.drawn(idempotency_key=secrets.token_urlsafe(24))
    response = make_response(render_template("embed/page.html", **drawn))
    response.headers["Content-Security-Policy"] = policy(posts_to=origin_of(part.where.thread_url))
    return response


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a thread that was asked for: its key, its state now, and how its links name it."""

    site: Site
    query: FragmentQuery
    thread: str
    state: State
    where: Where

    @classmethod
    def of(cls, site: Site, query: FragmentQuery) -> "Part":
        """Look the thread up. Raises InvalidChange."""
        named = Named.of(site.id, url=query.thread_url, thread_id=query.thread_id, thread=query.thread)
        if named.url and not site.has_page(named.url):
            raise InvalidChange([Fault("thread_url", NOT_OURS)])
        state = parley().pages.state(site.id, named.key, closes_after=site.policy.close_after_days * DAY)
        title = mask(" ".join(query.thread_title.split())).text or site.name
        lang = words_of(site, query.lang).language
        where = Where(parley().origin, site.id, thread_title=title, lang=lang, **named.fields)
        return cls(site, query, named.key, state, where)

    @property
    def etag(self) -> str:
        """What changes with whatever shows."""
        # Not by the names that came: one may hold an address, of which no hash leaves either.
        query = self.query.model_dump_json(exclude={*NAMES, "thread_title"})
        parts = (DIGEST, repr(self.site), repr(self.state), repr(self.where), self.thread, query)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]

    def markup(self) -> str:
        """Return the fragment."""
        return render_template("embed/thread.html", etag=self.etag, key=self.thread, **self.drawn())

    def drawn(self, *, idempotency_key: str = "") -> dict[str, object]:
        """Return what the templates show."""
        site, query, where = self.site, self.query, self.where
        words = words_of(site, where.lang)
        start, is_part = _start(site, self.thread, query)
        found, following = self._from(start)
        if query.at and is_part and query.at not in {each.id for each in found}:
            # Too long texts stand between it and its first level.
            start = _place(site, self.thread, query, limit=1)
            found, following = self._from(start)
        parent = _parent(site, self.thread, query.reply)
        return {
            "words": words,
            "said": _said(words),
            "page_url": link_to(where.thread_url),
            "modules": {name: where.base + asset.path for name, asset in ASSETS.modules.items()},
            "thread": ThreadShown.of(
                found,
                words,
                where=where,
                count=self.state.count,
                order=query.sort,
                deepest=site.policy.reply_depth,
                more=cursors.encode(following.score, following.path) if following else "",
                is_part=is_part,
                is_closed=self.state.is_closed,
            ),
            "form": None
            if self.state.is_closed
            else FormShown.of(
                site,
                base=where.base,
                values=where.values | {"parent_id": parent.id if parent else ""},
                parent_name=parent.author.name if parent else "",
                idempotency_key=idempotency_key,
                shown_at=stamp(parley().fingerprints, site, now=parley().now()),
            ),
        }

    def _from(self, start: Place | None) -> tuple[list[Reading], Place | None]:
        return parley().pages.tree(
            self.site.id,
            self.thread,
            order=self.query.sort,
            start=start,
            limit=PAGE * self.query.pages,
            pinned=self.state.pinned,
            fitting=partial(cursors.fitting, most=PAGE_BYTES * self.query.pages),
        )


def _said(words: Words) -> str:
    """Return the words that scripts need, as JSON: they stand in the fragment, so that no word is written twice."""
    return json.dumps({key: words.forms(key) for key in SAID}, ensure_ascii=False)


def _start(site: Site, thread: str, query: FragmentQuery) -> tuple[Place | None, bool]:
    """Return where the part begins, and whether that is not at the thread's beginning."""
    if query.at:
        place = _place(site, thread, query, limit=PAGE)
        return place, place is not None
    after = cursors.decode(query.cursor)
    return (Place(*after), True) if after else (None, False)


def _place(site: Site, thread: str, query: FragmentQuery, *, limit: int) -> Place | None:
    return parley().pages.place(site.id, thread, query.at, order=query.sort, limit=limit)


def _parent(site: Site, thread: str, id: str) -> Comment | None:
    """Return the public comment of *thread* that a reply is begun to, on whichever part it stands."""
    if not id:
        return None
    try:
        seen = parley().queue.seen(site.id, id)
    except NotFound:
        return None
    return seen.comment if seen.comment.thread == thread and seen.is_public else None


# Counts


@bp.get("/sites/<site>/counts")
@public
def counts(site: str) -> Response:
    """Send how many comments each thread has, in the order in which the query names them.

    By `thread_url` or `thread_id`, repeated. Raises InvalidChange.
    """
    here = parley().registry.site(site)
    named = [pair for pair in request.args.items(multi=True) if pair[0] in ("thread_url", "thread_id")]
    if not 1 <= len(named) <= MOST_COUNTED:
        raise InvalidChange([Fault("thread_url", f"Name 1 to {MOST_COUNTED} threads by thread_url or thread_id.")])
    words = words_of(here, request.args.get("lang", "")[:LONGEST_LANG])
    threads = [key_asked(site, ThreadQuery.model_validate({kind: name[: LONGEST[kind]]})) for kind, name in named]
    counted = [parley().pages.state(site, thread).count for thread in threads]
    response = jsonify([{"count": count, "text": words("comments", count=count)} for count in counted])
    response.add_etag(weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
