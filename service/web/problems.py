"""Every no, as HTTP: one table from errors to answers. problem+json (RFC 9457) for programs, a page for people."""

from typing import Any

import structlog
from apiflask.exceptions import HTTPError
from apiflask.types import ResponseReturnValueType
from flask import Flask, Response, abort, current_app, json, render_template, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, SecurityError

from service.adapters.ssrf_guard import AddressRefused
from service.core import errors
from service.core.errors import LONGEST_TOLD, ParleyError
from service.core.masking import cut
from service.web.schemas import decision_out

log = structlog.get_logger(__name__)

#: Error → status and short title. A kind's own row counts before its parent's.
TABLE: dict[type[ParleyError], tuple[int, str]] = {
    errors.InvalidSubmission: (422, "Some fields need another look"),
    errors.ForeignOrigin: (403, "Foreign origin"),
    errors.Closed: (403, "Comments are closed"),
    errors.ParentMissing: (422, "Nothing to reply to"),
    errors.Duplicate: (409, "Duplicate comment"),
    errors.TooFast: (429, "Too fast"),
    errors.ShareUsed: (429, "Too many waiting"),
    errors.NoRoom: (503, "Too many waiting"),
    errors.KeyReused: (422, "Idempotency-Key reused"),
    errors.InvitationOver: (410, "Not valid any more"),
    errors.LinkEnded: (410, "Not valid any more"),
    errors.PageTooOld: (403, "Page too old"),
    errors.NotFound: (404, "Not found"),
    errors.NotAllowed: (403, "Not allowed"),
    errors.NotSignedIn: (401, "Not signed in"),
    errors.Superseded: (409, "Already decided"),
    errors.Leased: (409, "Somebody has it open"),
    errors.UndoTooLate: (409, "Too late to undo"),
    errors.NotOpened: (503, "Not opened"),
    errors.Unavailable: (503, "Not available"),
}

#: Errors that answer no request, and why. Should one come up all the same, it is a fault of our own.
UNANSWERED: dict[type[ParleyError], str] = {
    ParleyError: "Only its kinds are raised.",
    errors.Refused: "Only its kinds are raised.",
    errors.StartRefused: "It ends a process before that serves anybody.",
    AddressRefused: "A webhook's attempt notes it, in the worker.",
}

#: Where the web server notes, in a request's environment, by which status it was refused before it was read to its end.
UNREAD = "parley.unread"

#: What is said then.
WHY_UNREAD = {
    400: "This is not valid HTTP: its head, or the length of its body, breaks the rules. Check what sends it.",
    413: "The request is too long. Send 1 MB at most.",
    431: "The head of the request is too long. Send 16 kB at most, cookies included.",
    501: "Of all transfer codings only chunked is understood. Send the request plainly.",
}

#: Characters of what is said of one fault, and of all that is said.
LONGEST_FAULT, LONGEST_DETAIL = 500, 4000

#: Seconds after which a page may try again when a neighbour is away.
RETRY_AFTER = 5

#: Seconds after which people may have made room in a queue.
ROOM_AFTER = 600

Headers = dict[str, str]


def status_of(error: ParleyError) -> tuple[int, str]:
    """Return the status and the title for *error*, of those that have a row."""
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


def wants_page() -> bool:
    """Whether a browser asks, which gets a page, never JSON."""
    return "text/html" in request.accept_mimetypes.values() and not request.is_json


def body_of(error: ParleyError) -> dict[str, Any]:
    """Return the problem document for *error*."""
    status, title = status_of(error)
    kind = type(error).__name__
    problem: dict[str, Any] = {"type": f"urn:parley:{kind}", "title": title, "status": status, "detail": str(error)}
    if isinstance(error, errors.InvalidSubmission):
        problem["errors"] = [
            {"field": cut(fault.field, LONGEST_TOLD), "message": cut(fault.message, LONGEST_FAULT)}
            for fault in error.faults
        ]
    if isinstance(error, errors.Superseded):
        problem["decision"] = decision_out(error.winner).model_dump(mode="json")
    return problem


def headers_of(error: ParleyError) -> Headers:
    """Return the headers that go with *error*."""
    if isinstance(error, errors.TooFast):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, errors.ShareUsed | errors.NoRoom):
        return {"Retry-After": str(ROOM_AFTER)}
    if isinstance(error, errors.Unavailable):
        return {"Retry-After": str(RETRY_AFTER)}
    if isinstance(error, errors.NotSignedIn):
        return {"WWW-Authenticate": "Bearer"}
    return {}


def answer(problem: dict[str, Any], headers: Headers) -> Response:
    """Answer with *problem*, as a page to a browser. Its detail may repeat what was sent: a name, a host."""
    status, detail = problem["status"], cut(problem["detail"], LONGEST_DETAIL)
    problem["detail"] = detail
    if wants_page():
        text = render_template("problem.html", status=status, title=problem["title"], detail=detail)
        return Response(text, status, headers, mimetype="text/html")
    return Response(json.dumps(problem), status, headers, content_type="application/problem+json")


def refused(error: ParleyError) -> Response:
    """Answer with *error*."""
    if not any(kind in TABLE for kind in type(error).__mro__):
        return crashed(error)
    if isinstance(error, errors.NotOpened):
        log.error("not_opened", problem=str(error))
    if isinstance(error, errors.Unavailable):
        log.warning("unavailable", neighbour=error.neighbour, problem=str(error), cause=error.cause)
    structlog.contextvars.bind_contextvars(refused=type(error).__name__)
    return answer(body_of(error), headers_of(error))


def http_error(error: HTTPException) -> Response:
    """Answer an error that Flask found, in the same form; its own headers (Allow, …) stay."""
    status = error.code or 500
    title = error.name
    problem = {"type": "about:blank", "title": title, "status": status, "detail": error.description or title}
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return answer(problem, headers)


def foreign_host(error: SecurityError) -> Response:
    """Answer whoever calls us by a host that is none of ours."""
    # Flask has no URLs where it believes no host; the page's own begin with a slash, and need none.
    request_ctx.url_adapter = current_app.url_map.bind("")
    host = request.headers.get("Host", "")[:LONGEST_TOLD]
    error.description = f"Nothing is served here as {host!r}. Whoever runs this: PUBLIC_URL says where people reach it."
    return http_error(error)


def insist_it_was_read() -> None:
    """Answer what the web server refused to read, in the same form."""
    status = request.environ.get(UNREAD)
    if status:
        abort(status, WHY_UNREAD[status])


def crashed(error: Exception) -> Response:
    """Answer a fault of our own: the log has the cause, the asker a sentence."""
    log.exception("crashed")
    detail = "Something went wrong on our side. What you sent was not stored; please try again."
    return answer({"type": "about:blank", "title": "Internal error", "status": 500, "detail": detail}, {})


def register(app: Flask) -> None:
    """Make *app* answer every error this way."""
    app.register_error_handler(ParleyError, refused)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(SecurityError, foreign_host)
    app.register_error_handler(Exception, crashed)


def validation(error: HTTPError) -> ResponseReturnValueType:
    """Answer what APIFlask found wrong with a query or a JSON body, in the same form."""
    located = error.detail if isinstance(error.detail, dict) else {}
    faults = [
        errors.Fault(field, f"{message.rstrip('.')}.")
        for fields in located.values()
        if isinstance(fields, dict)
        for field, messages in fields.items()
        for message in messages
    ]
    if error.status_code == 422 and faults:
        response = refused(errors.InvalidChange(faults))
    else:
        response = answer(
            {"type": "about:blank", "title": error.message, "status": error.status_code, "detail": error.message}, {}
        )
    return response, response.status_code, dict(response.headers)
