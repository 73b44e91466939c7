"""Webhooks at the desk: pages and forms for a site's owners. Everything works without JavaScript."""

import re
from datetime import UTC, datetime
from typing import Any, Literal, cast

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.core.endpoint import EndpointChange, header_lines
from service.core.errors import Fault, InvalidChange
from service.core.people import Member, Role
from service.store.log import Filter
from service.web import cursors
from service.web import session as desk_session
from service.web.authority import asker, at_desk
from service.web.context import parley
from service.web.desk import guarded
from service.web.desk_shown import DeskShown
from service.web.frame import frame, now
from service.web.webhooks_shown import EndpointForm, EndpointShown, ExchangeShown, LoggedShown

bp = guarded("webhooks_desk", below="/<site>/webhooks")

COMMENT_ID = re.compile(r"c_[0-9a-z]{1,40}")

#: Deliveries on one page of the log.
PAGE = 30


@bp.app_context_processor
def notices() -> dict[str, Any]:
    """Let every page of the desk say which endpoints were disabled."""
    return {"disabled_webhooks": lambda desk: _disabled(desk)}


@bp.get("/")
@at_desk(Role.OWNER)
def index(site: str) -> str:
    """List the site's endpoints, with the form of a new one."""
    return _list(site, EndpointForm.new())


@bp.post("/")
@at_desk(Role.OWNER)
def post_endpoint(site: str) -> AnyResponse:
    """Add an endpoint; the page that answers is the only one with its secret."""
    member = asker()
    try:
        endpoint, secret = parley().webhooks.add(site, _change(), member=member)
    except InvalidChange as error:
        return Response(_list(site, _typed(error)), 422)
    return Response(_endpoint(site, endpoint.id, secret=secret), 201)


@bp.get("/<id>")
@at_desk(Role.OWNER)
def endpoint(site: str, id: str) -> str:
    """Show one endpoint: how it does, what it gets, and its log."""
    return _endpoint(site, id)


@bp.post("/<id>")
@at_desk(Role.OWNER)
def post_change(site: str, id: str) -> AnyResponse:
    """Change an endpoint."""
    member = asker()
    try:
        parley().webhooks.change(site, id, _change(), member=member)
    except InvalidChange as error:
        return Response(_endpoint(site, id, form=_typed(error)), 422)
    return _back(site, id, "Saved.")


@bp.post("/<id>/rotate")
@at_desk(Role.OWNER)
def post_rotate(site: str, id: str) -> AnyResponse:
    """Make a new secret; the page that answers is the only one with it."""
    secret = parley().webhooks.rotate(site, id, member=asker())
    return Response(_endpoint(site, id, secret=secret), 201)


@bp.post("/<id>/pause")
@at_desk(Role.OWNER)
def post_pause(site: str, id: str) -> AnyResponse:
    """Deliver nothing for now."""
    parley().webhooks.pause(site, id, member=asker())
    return _back(site, id, "Paused. Nothing is lost meanwhile.")


@bp.post("/<id>/resume")
@at_desk(Role.OWNER)
def post_resume(site: str, id: str) -> AnyResponse:
    """Go on delivering."""
    parley().webhooks.resume(site, id, member=asker())
    return _back(site, id, "Resumed. What it missed goes first.")


@bp.post("/<id>/remove")
@at_desk(Role.OWNER)
def post_remove(site: str, id: str) -> AnyResponse:
    """Forget an endpoint."""
    parley().webhooks.remove(site, id, member=asker())
    desk_session.flash("Removed.", "done")
    return redirect(url_for("webhooks_desk.index", site=site), 303)


@bp.post("/<id>/test")
@at_desk(Role.OWNER)
def post_test(site: str, id: str) -> AnyResponse:
    """Send a test, and lead to its exchange."""
    try:
        event = parley().webhooks.test(site, id, member=asker())
    except InvalidChange as error:
        return _back(site, id, str(error), "late")
    return redirect(url_for("webhooks_desk.delivery", site=site, id=id, event=event), 303)


@bp.post("/<id>/replay")
@at_desk(Role.OWNER)
def post_replay(site: str, id: str) -> AnyResponse:
    """Deliver again what is missing, or everything, since a time in UTC."""
    try:
        since = _since(request.form.get("since", ""))
    except ValueError:
        return _back(site, id, "This is not a time. Write it like 2026-11-24T09:30, in UTC.", "late")
    what: Literal["all", "missing"] = "all" if request.form.get("what") == "all" else "missing"
    parley().webhooks.replay(site, id, member=asker(), since=since, what=what)
    return _back(site, id, "The worker delivers it again.")


@bp.get("/<id>/deliveries/<event>")
@at_desk(Role.OWNER)
def delivery(site: str, id: str, event: str) -> str:
    """Show one delivery: the body, and each attempt with its answer."""
    member = asker()
    exchange = parley().webhooks.exchange(site, id, event, member=member)
    shown = ExchangeShown.of(exchange, now=now())
    return render_template("desk/delivery.html", desk=frame(member, site), endpoint_id=id, exchange=shown)


@bp.post("/<id>/deliveries/<event>/replay")
@at_desk(Role.OWNER)
def post_replay_one(site: str, id: str, event: str) -> AnyResponse:
    """Deliver one event again."""
    parley().webhooks.replay_one(site, id, event, member=asker())
    desk_session.flash("On its way again.", "done")
    return redirect(url_for("webhooks_desk.delivery", site=site, id=id, event=event), 303)


def _list(site: str, form: EndpointForm) -> str:
    member = asker()
    shown = [EndpointShown.of(each, now=now()) for each in parley().webhooks.all(site, member=member)]
    return render_template("desk/webhooks.html", desk=frame(member, site), endpoints=shown, form=form)


def _endpoint(site: str, id: str, *, secret: str = "", form: EndpointForm | None = None) -> str:
    member = asker()
    found = parley().webhooks.find(site, id, member=member)
    lines, more = _log(site, id, member)
    return render_template(
        "desk/webhook.html",
        desk=frame(member, site),
        endpoint=EndpointShown.of(found, now=now()),
        form=form or EndpointForm.of(found.endpoint),
        secret=secret,
        lines=lines,
        more=more,
        state=_filter(),
        comment=_comment(),
    )


def _log(site: str, id: str, member: Member) -> tuple[list[LoggedShown], str]:
    webhooks, state, comment = parley().webhooks, _filter(), _comment()
    if comment:
        about = webhooks.about(site, id, comment, member=member)
        return [LoggedShown.of(each, now=now()) for each in about if state in ("", each.state)], ""
    after = cursors.decode(request.args.get("cursor", ""))
    found = webhooks.listed(site, id, member=member, state=state, after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    more = cursors.encode(shown[-1][0], shown[-1][1].event.id) if len(found) > PAGE else ""
    return [LoggedShown.of(each, now=now()) for _, each in shown], more


def _filter() -> Filter:
    state = request.args.get("state", "")
    return cast("Filter", state if state in ("waiting", "delivered", "dead") else "")


def _comment() -> str:
    """Return the comment that is asked for; what is no comment's id is not shown again."""
    asked = request.args.get("comment", "").strip()
    return asked if COMMENT_ID.fullmatch(asked) else ""


def _change() -> EndpointChange:
    """Return what the form says. Raises InvalidChange."""
    typed = request.form
    per_minute = typed.get("per_minute", "").strip() or "0"
    if not (per_minute.isascii() and per_minute.isdigit()):
        raise InvalidChange([Fault("per_minute", "Deliveries a minute are a number, or nothing for no limit.")])
    events = typed.getlist("events")
    if not events:
        raise InvalidChange([Fault("events", "Choose at least one event. To get none for a while, pause it.")])
    fields: dict[str, Any] = {
        "url": typed.get("url", "").strip(),
        "description": typed.get("description", ""),
        "events": events,
        "payload": typed.get("payload", "full"),
        "per_minute": int(per_minute),
    }
    # Header values are not in the form, so an empty field leaves them; a hyphen takes them away.
    headers = typed.get("headers", "").strip()
    if headers:
        fields["headers"] = {} if headers == "-" else header_lines(headers)
    return EndpointChange.parse(fields)


def _typed(error: InvalidChange) -> EndpointForm:
    faults = {fault.field: fault.message for fault in error.faults}
    return EndpointForm.again(request.form, request.form.getlist("events"), faults)


def _since(text: str) -> int:
    if not text.strip():
        return 0
    time = datetime.fromisoformat(text.strip())
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)


def _back(site: str, id: str, text: str, kind: str = "done") -> AnyResponse:
    desk_session.flash(text, kind)
    return redirect(url_for("webhooks_desk.endpoint", site=site, id=id), 303)


def _disabled(desk: DeskShown) -> int:
    """Return how many endpoints of the site were disabled, for those who can do something about it."""
    if desk.role is not Role.OWNER:
        return 0
    return len(parley().webhooks.endpoints.disabled(desk.site.id))
