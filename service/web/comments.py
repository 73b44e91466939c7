"""The door: a comment comes in, from a program as JSON, from a page as a form."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.wrappers import Response as AnyResponse

from service.adapters import metrics
from service.core.comment import Outcome, Receipt
from service.core.errors import ForeignOrigin, InvalidSubmission, KeyReused, NotFound, ParleyError, TooFast
from service.core.masking import holds_address, mask
from service.core.site import Site
from service.core.submission import Submission
from service.core.thread import host_of, link_to, origin_of, shown
from service.use_cases.submit import KEY_LENGTHS
from service.web.authority import public
from service.web.bearer import bearer
from service.web.context import network, parley, words_of
from service.web.locale import LONGEST_LANG
from service.web.manners import looks_automatic, stamp
from service.web.naming import NAMES, key_sent, names_again
from service.web.problems import headers_of, refused, status_of, wants_page
from service.web.schemas import ReceiptOut, receipt_out
from service.web.shown import HIDDEN, LONGEST, CommentShown, FormShown
from service.web.traffic import AUTHOR_TOKEN, policy

bp = APIBlueprint("comments", __name__, tag="Comments")

#: Fields of the comment form that its writer sees.
_SEEN = ("body", "name", "email", "website")

_HALVES = re.compile("[\ud800-\udfff]")

#: How often an author may ask for one comment of theirs.
READS_PER_MINUTE, READS_AT_ONCE = 30, 20


@bp.post("/v1/sites/<site>/comments")
@public
@bp.output(ReceiptOut, status_code=201, description="Published.")
@bp.doc(
    responses={
        202: "Held for a person: the same document.",
        400: "Neither JSON nor a form.",
        403: "Posted from a page of another site.",
        404: "There is no such site.",
        409: "The same author, thread and text.",
        422: "Fields with faults, every one listed in `errors`.",
        429: "Too fast, or very much of this network waits: `Retry-After` says when the next is welcome.",
        503: "Not available now, or as much waits as may: nothing was stored.",
    },
)
def post_comment(site: str) -> AnyResponse:
    """Post a comment

    Fields as JSON or as a form. Send a new `Idempotency-Key` (22 to 255 random characters) with each comment, so that a
    retry gets the first receipt back. A browser that posts a form gets a page or a redirect, never JSON. With a
    moderator's token the comment is published at once, under the token's name and with a moderator's badge.
    """
    here = parley().registry.site(site)
    fields = fields_of_request()
    try:
        submission, receipt = receive(here, fields)
    except ParleyError as error:
        return form_again(here, fields, error, template="submission.html") if wants_page() else refused(error)
    return _page(here, fields, submission, receipt) if wants_page() else _document(receipt)


def receive(site: Site, fields: Mapping[str, Any]) -> tuple[Submission, Receipt]:
    """Take what was posted in. Raises InvalidSubmission, Refused, Unavailable."""
    here = parley()
    try:
        check_origin(site)
        key = request.headers.get("Idempotency-Key", "") or str(fields.get("idempotency_key") or "")
        moderator = bearer() if "Authorization" in request.headers else None
        thread = key_sent(site.id, fields)
        named = {**fields, "thread_id": thread} if thread else fields
        submission = Submission.parse(named, require_name_email=site.policy.require_name_email and not moderator)
        is_automatic = not request.is_json and looks_automatic(fields, here.fingerprints, site, now=here.now())
        receipt = here.intake.receive(
            submission,
            site=site,
            network=network(),
            idempotency_key=key,
            is_automatic=is_automatic,
            moderator=moderator,
            thread=thread,
        )
    except ParleyError as error:
        metrics.REFUSED.labels(reason=type(error).__name__).inc()
        raise
    metrics.ACCEPTED.labels(outcome=receipt.outcome.value).inc()
    return submission, receipt


def fields_of_request() -> dict[str, Any]:
    """Return what was posted. Raises BadRequest for JSON that is none, UnsupportedMediaType for anything else."""
    if request.is_json:
        fields = request.get_json()
        if not isinstance(fields, dict):
            raise BadRequest("The JSON must be an object with the comment’s fields.")
        # JSON can spell half a character, which nothing that is sent or compared may hold. Forms are decoded without.
        return {name: _HALVES.sub("\ufffd", text) if isinstance(text, str) else text for name, text in fields.items()}
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return request.form.to_dict()
    raise UnsupportedMediaType("Send the comment as application/json or as a form.")


def check_origin(site: Site) -> None:
    """Refuse what comes from a page that is neither ours nor the site’s. Raises ForeignOrigin."""
    origin = request.headers.get("Origin")
    if origin is not None and not parley().is_own_page(origin, site):
        raise ForeignOrigin


def _document(receipt: Receipt) -> Response:
    status = 201 if receipt.outcome is Outcome.PUBLISHED else 202
    return Response(receipt_out(receipt).model_dump_json(), status, mimetype="application/json")


def _page(site: Site, fields: Mapping[str, Any], submission: Submission, receipt: Receipt) -> AnyResponse:
    """Answer a browser: back to the page if the comment shows there, else a page that says what happens next."""
    back = link_to(shown(submission.thread_url).text)
    if receipt.outcome is Outcome.PUBLISHED and back and _is_safe_return(site, back):
        return redirect(f"{back}#parley-{receipt.id}", 303)
    seen = parley().queue.seen(site.id, receipt.id)
    words = words_of(site, str(fields.get("lang") or "")[:LONGEST_LANG])
    deepest = site.policy.reply_depth
    text = render_template(
        "posted.html",
        comment=CommentShown.own(seen.comment, words, outcome=seen.outcome, told=seen.told, deepest=deepest),
        words=words,
        back_url=back,
    )
    return make_response(text, 201 if receipt.outcome is Outcome.PUBLISHED else 202)


def check_author(site: str, id: str) -> None:
    """Let the author of a comment read it, whose token came in a header. Raises NotFound for anyone else, TooFast."""
    if not parley().intake.opens(request.headers.get(AUTHOR_TOKEN, ""), site=site, comment=id):
        raise NotFound("comment", id)
    pace = parley().access.pace
    if wait := pace.wait_to_read(site, id, per_minute=READS_PER_MINUTE, burst=READS_AT_ONCE):
        raise TooFast(wait, "You ask for this comment too often. Slow down.")


def _is_safe_return(site: Site, url: str) -> bool:
    """Whether we may send a browser to *url*: a page of ours or the site's, so that the door redirects to no
    stranger."""
    return host_of(url) in {host_of(origin) for origin in (parley().origin, *site.origins)}


def form_again(site: Site, fields: Mapping[str, Any], error: ParleyError, *, template: str) -> Response:
    """Give the form back to the one who typed it, filled in, with what is wrong beside its field."""
    here = parley()
    typed = _typed_again(fields)
    words = words_of(site, typed.get("lang", ""))
    faults = words.faults(error.faults) if isinstance(error, InvalidSubmission) else {}
    # The same key as before: should the first try have arrived after all, the second gets its receipt.
    key = "" if isinstance(error, KeyReused) else _ours(typed.get("idempotency_key", ""))
    form = FormShown.of(
        site,
        base=here.origin,
        values=typed | _hidden_again(site, typed) | ({"lang": words.language} if "lang" in typed else {}),
        faults=faults,
        problem="" if faults else words.problem(error),
        idempotency_key=key or secrets.token_urlsafe(24),
        shown_at=_ours(typed.get("shown_at", "")) or stamp(here.fingerprints, site, now=here.now()),
    )
    text = render_template(template, form=form, words=words, faults=faults)
    response = make_response(text, status_of(error)[0], headers_of(error))
    # Browsers hold a form to this policy through the redirect that follows it, back to the site's own page.
    response.headers["Content-Security-Policy"] = policy(posts_to=origin_of(form.page_url))
    response.headers["Parley-Form"] = "again"
    return response


def _typed_again(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what of *fields* goes back into the form: no hidden one that is too long to be ours, for what is cut of it
    names something else. What a person typed is cut where it is twice as long, and still too long to be sent."""
    found = ((name, fields.get(name), LONGEST[name]) for name in LONGEST)
    typed = {name: value[: 2 * most] for name, value, most in found if isinstance(value, str)}
    return {name: text for name, text in typed.items() if name in _SEEN or len(text) <= LONGEST[name]}


def _hidden_again(site: Site, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what the writer did not type, without the addresses in it: those that they typed are theirs to see."""
    shown_again = (name for name in HIDDEN if name in typed and name not in (*NAMES, "lang"))
    return {name: mask(typed[name]).text for name in shown_again} | names_again(site.id, typed)


def _ours(text: str) -> str:
    """Return *text*, which a form of ours sent along, or nothing where it can't be: too long, or with an address."""
    return text if len(text) < KEY_LENGTHS.stop and not holds_address(text) else ""
