"""Letting other origins read: the embed's routes answer to pages of the site's own origins, without credentials."""

from flask import Response, request

from service.core.errors import ParleyError
from service.web.context import parley
from service.web.traffic import AUTHOR_TOKEN

#: Seconds for which a browser need not ask again whether it may.
PREFLIGHT_LIFE = 7200

#: Headers of our answers that a page's script may read.
TOLD = ("ETag", "Retry-After", AUTHOR_TOKEN, "Parley-Comment", "Parley-Outcome", "Parley-Form")


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
