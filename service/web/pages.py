"""The pages that greet: the landing page, and the demo, a news article that embeds its comment section."""

from apiflask import APIBlueprint
from flask import render_template, request, url_for
from markupsafe import Markup

from service.core.site import Site
from service.web.authority import public
from service.web.context import parley, words_of
from service.web.embed import FragmentQuery, Part

bp = APIBlueprint("pages", __name__, enable_openapi=False)

DEMO = "demo"
ARTICLE = "Night trams return to the harbour line"


@bp.get("/")
@public
def index() -> str:
    """Greet, and lead on."""
    has_demo = any(site.id == DEMO for site in parley().registry.sites())
    return render_template("index.html", has_demo=has_demo)


def _language(site: Site) -> str:
    """Return the language that was asked for: one of ours, or none where nobody asked."""
    asked = request.args.get("lang", "")[:35]
    return words_of(site, asked).language if asked else ""


@bp.get("/demo")
@public
def demo() -> str:
    """Show an article that embeds its comments as any page would. Raises NotFound where there is no demo site."""
    here = parley()
    site = here.registry.site(DEMO)
    query = FragmentQuery(thread_url=here.origin + url_for("pages.demo"), thread_title=ARTICLE, lang=_language(site))
    comments = Markup(Part.of(site, query).markup())  # noqa: S704 - our own template, which escapes
    return render_template("demo.html", included=comments, title=ARTICLE, lang=query.lang)
