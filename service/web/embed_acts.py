"""What readers do on other sites' pages: write, see their own comment while it waits, report another's."""

import hashlib

from apiflask import APIBlueprint
from flask import Response, make_response, render_template, request

from service.core.comment import Complaint, Outcome
from service.core.errors import Fault, InvalidChange, NotFound, ParleyError
from service.core.site import Site
from service.use_cases.submit import LONGEST_REPORT
from service.web.assets import DIGEST
from service.web.authority import public
from service.web.comments import (
    check_author,
    check_origin,
    fields_of_request,
    form_again,
    receive,
)
from service.web.context import network, parley, words_of
from service.web.locale import LONGEST_LANG
from service.web.naming import Named
from service.web.problems import headers_of, status_of
from service.web.sharing import share
from service.web.shown import CommentShown, Where
from service.web.traffic import AUTHOR_TOKEN

bp = APIBlueprint("embed_acts", __name__, url_prefix="/embed/v1", enable_openapi=False)
bp.after_request(share)


@bp.post("/sites/<site>/comments")
@public
def post(site: str) -> Response:
    """Take a comment from the form that a page shows: answer with it as its author sees it, or with the form again."""
    here = parley().registry.site(site)
    fields = fields_of_request()
    try:
        _, receipt = receive(here, fields)
    except ParleyError as error:
        return form_again(here, fields, error, template="embed/form.html")
    response = _own(here, receipt.id, str(fields.get("lang") or "")[:LONGEST_LANG])
    response.status_code = 201 if receipt.outcome is Outcome.PUBLISHED else 202
    response.headers[AUTHOR_TOKEN] = receipt.token
    return response


@bp.get("/sites/<site>/comments/<id>")
@public
def own(site: str, id: str) -> Response:
    """Send a comment to its author, whose token came in a header. Raises NotFound, TooFast."""
    here = parley().registry.site(site)
    check_author(site, id)
    return _own(here, id, request.args.get("lang", "")[:LONGEST_LANG])


def _own(site: Site, id: str, lang: str) -> Response:
    seen = parley().queue.seen(site.id, id)
    words = words_of(site, lang)
    comment = seen.comment
    shown = CommentShown.own(comment, words, outcome=seen.outcome, told=seen.told, deepest=site.policy.reply_depth)
    names = Named.on(comment).fields
    where = Where(parley().origin, site.id, thread_title=comment.thread_title, lang=words.language, **names)
    text = render_template("embed/comment.html", comment=shown, words=words, where=where)
    etag = hashlib.sha256("\0".join((DIGEST, text)).encode()).hexdigest()[:24]
    response = Response(status=304) if request.if_none_match.contains_weak(etag) else make_response(text)
    response.set_etag(etag)
    response.headers["Parley-Comment"] = id
    response.headers["Parley-Outcome"] = seen.outcome.value
    return response


@bp.route("/sites/<site>/comments/<id>/report", methods=["GET", "POST"])
@public
def report(site: str, id: str) -> Response:
    """Ask what is wrong with a comment, or take the answer; `fragment` in the query wants it for a dialog.

    Raises NotFound.
    """
    here = parley().registry.site(site)
    words = words_of(here, request.args.get("lang", "")[:LONGEST_LANG])
    if not parley().queue.seen(site, id).is_public:
        raise NotFound("comment", id)
    is_fragment = "fragment" in request.args
    chosen = note = problem = ""
    done, status, headers = False, 200, {}
    if request.method == "POST":
        chosen, note = request.form.get("complaint", ""), request.form.get("note", "")[: 2 * LONGEST_REPORT]
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
        longest=LONGEST_REPORT,
    )
    return make_response(text, status, headers)


def _take_report(site: Site, id: str, *, chosen: str, note: str) -> None:
    check_origin(site)
    if chosen not in set(Complaint):
        raise InvalidChange([Fault("complaint", "Please say what is wrong with the comment.")])
    parley().intake.report(site, id, complaint=Complaint(chosen), note=note, network=network())
