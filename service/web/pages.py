"""The pages that greet: the landing page, and the demo, a news article with its comment section."""

import secrets

from apiflask import APIBlueprint
from flask import render_template, request, url_for

from service.core.comment import Comment, Outcome
from service.core.errors import NotFound
from service.core.thread import key_of
from service.web import cursors
from service.web.context import parley
from service.web.shown import FormShown, ThreadShown

bp = APIBlueprint("pages", __name__, enable_openapi=False)

DEMO = "demo"
ARTICLE = "Night trams return to the harbour line"

#: Comments on one page of a thread.
PAGE = 50


@bp.get("/")
def index() -> str:
    """Greet, and lead on."""
    has_demo = any(site.id == DEMO for site in parley().registry.sites())
    return render_template("index.html", has_demo=has_demo)


@bp.get("/demo")
def demo() -> str:
    """Show an article with the comment section at its end. Raises NotFound where there is no demo site."""
    here = parley()
    site = here.registry.site(DEMO)
    url = here.origin + url_for("pages.demo")
    thread = key_of(url=url, thread_id="")
    state = here.pages.state(DEMO, thread)
    after = cursors.decode(request.args.get("cursor", ""))
    found = here.pages.published(DEMO, thread, after=after, limit=PAGE + 1, hidden=state.hidden)
    more = cursors.encode(found[PAGE - 1].created_at, found[PAGE - 1].id) if len(found) > PAGE else ""
    parent = _parent(thread, request.args.get("reply", ""))
    form = FormShown.of(
        site,
        values={"thread_url": url, "thread_title": ARTICLE, "parent_id": parent.id if parent else ""},
        parent_name=parent.author.name if parent else "",
        idempotency_key=secrets.token_urlsafe(24),
    )
    shown = ThreadShown.of(found[:PAGE], title=ARTICLE, count=state.count, more=more, now=here.now() * 1000)
    return render_template("demo.html", thread=shown, form=form, title=ARTICLE)


def _parent(thread: str, id: str) -> Comment | None:
    """Return the public comment of *thread* that a reply is begun to, on whichever page it stands."""
    try:
        comment = parley().queue.find(DEMO, id)
    except NotFound:
        return None
    return comment if comment.thread == thread and comment.outcome is Outcome.PUBLISHED else None
