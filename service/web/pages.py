"""The pages that greet: the landing page, and the demo, a news article that embeds its comment section."""

from apiflask import APIBlueprint
from flask import render_template, request, url_for
from markupsafe import Markup

from service.web.authority import public
from service.web.context import parley
from service.web.embed import FragmentQuery, Part
from service.web.locale import LONGEST_LANG

bp = APIBlueprint("pages", __name__, enable_openapi=False)

DEMO = "demo"
ARTICLE = "Night trams return to the harbour line"


@bp.get("/")
@public
def index() -> str:
    """Greet, and lead on."""
    has_demo = any(site.id == DEMO for site in parley().registry.sites())
    return render_template("index.html", has_demo=has_demo)


@bp.get("/demo")
@public
def demo() -> str:
    """Show an article that embeds its comments as any page would. Raises NotFound where there is no demo site."""
    here = parley()
    site = here.registry.site(DEMO)
    query = FragmentQuery(
        thread_url=here.origin + url_for("pages.demo"),
        thread_title=ARTICLE,
        lang=request.args.get("lang", "")[:LONGEST_LANG],
    )
    return render_template("demo.html", included=Markup(Part.of(site, query).markup()), title=ARTICLE, lang=query.lang)  # noqa: S704
