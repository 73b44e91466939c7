"""The webhooks' API: endpoints, their logs, replays; the catalogue of events, and the events for who cannot receive."""

from apiflask import APIBlueprint
from flask import Response

from service.core.catalogue import catalogue
from service.core.endpoint import EndpointChange
from service.core.people import Role
from service.web import cursors
from service.web.authority import asker, by_token, public
from service.web.context import parley
from service.web.schemas import Out
from service.web.webhooks_schemas import (
    CatalogueOut,
    DeliveriesOut,
    DeliveriesQuery,
    EndpointIn,
    EndpointOut,
    EndpointPatch,
    EndpointsOut,
    EventsOut,
    EventsQuery,
    ExchangeOut,
    NewEndpointOut,
    ReplayIn,
    SecretOut,
    deliveries_out,
    endpoint_fields,
    endpoint_out,
    event_out,
    exchange_out,
)

bp = APIBlueprint("webhooks", __name__, tag="Webhooks")

ENDPOINTS = "/v1/sites/<site>/endpoints"
ENDPOINT = f"{ENDPOINTS}/<id>"

_REFUSALS = {
    401: "No token, or one that is not valid.",
    403: "The role does not suffice: endpoints are for owners.",
    404: "There is no such thing.",
}
_FAULTS = _REFUSALS | {422: "Fields with faults, every one listed in `errors`."}


@bp.get("/v1/events")
@public
@bp.output(CatalogueOut)
def get_catalogue() -> Response:
    """List the types of events

    With a JSON Schema of each webhook's body, full and thin.
    """
    return _document(CatalogueOut.model_validate(catalogue()), by_alias=True)


@bp.get("/v1/sites/<site>/events")
@by_token(Role.VIEWER)
@bp.input(EventsQuery, location="query", arg_name="query")
@bp.output(EventsOut)
@bp.doc(security="token", responses=_FAULTS)
def list_events(site: str, query: EventsQuery) -> Response:
    """List a site's events in their order

    For who cannot receive webhooks: keep `next`, and ask again with it. A decision in its undo window ends the list
    until the window has ended, a minute at most.
    """
    found, place = parley().webhooks.events(site, member=asker(), after=query.after, limit=query.limit)
    return _document(EventsOut(items=[event_out(event) for event in found], next=place))


@bp.get(ENDPOINTS)
@by_token(Role.OWNER)
@bp.output(EndpointsOut)
@bp.doc(security="token", responses=_REFUSALS)
def list_endpoints(site: str) -> Response:
    """List a site's endpoints"""
    found = parley().webhooks.all(site, member=asker())
    return _document(EndpointsOut(items=[endpoint_out(each) for each in found]))


@bp.post(ENDPOINTS)
@by_token(Role.OWNER)
@bp.input(EndpointIn, location="json", arg_name="endpoint")
@bp.output(NewEndpointOut, status_code=201)
@bp.doc(security="token", responses=_FAULTS)
def post_endpoint(site: str, endpoint: EndpointIn) -> Response:
    """Add an endpoint

    It is told of events from now on; a replay brings those before. The answer alone has the signing secret.
    """
    member = asker()
    change = EndpointChange.parse(endpoint.model_dump())
    added, secret = parley().webhooks.add(site, change, member=member)
    shown = parley().webhooks.find(site, added.id, member=member)
    return _document(NewEndpointOut.model_validate(endpoint_fields(shown) | {"secret": secret}), 201)


@bp.get(ENDPOINT)
@by_token(Role.OWNER)
@bp.output(EndpointOut)
@bp.doc(security="token", responses=_REFUSALS)
def get_endpoint(site: str, id: str) -> Response:
    """Get one endpoint, and how it does"""
    return _document(endpoint_out(parley().webhooks.find(site, id, member=asker())))


@bp.patch(ENDPOINT)
@by_token(Role.OWNER)
@bp.input(EndpointPatch, location="json", arg_name="patch")
@bp.output(EndpointOut)
@bp.doc(security="token", responses=_FAULTS)
def patch_endpoint(site: str, id: str, patch: EndpointPatch) -> Response:
    """Change an endpoint"""
    member = asker()
    parley().webhooks.change(site, id, EndpointChange.parse(patch.model_dump()), member=member)
    return _document(endpoint_out(parley().webhooks.find(site, id, member=member)))


@bp.delete(ENDPOINT)
@by_token(Role.OWNER)
@bp.output({}, status_code=204, description="Removed.")
@bp.doc(security="token", responses=_REFUSALS)
def delete_endpoint(site: str, id: str) -> Response:
    """Remove an endpoint; what is on its way to it is dropped"""
    parley().webhooks.remove(site, id, member=asker())
    return Response(status=204)


@bp.post(f"{ENDPOINT}/rotate")
@by_token(Role.OWNER)
@bp.output(SecretOut, status_code=201)
@bp.doc(security="token", responses=_REFUSALS)
def post_rotate(site: str, id: str) -> Response:
    """Give an endpoint a new signing secret

    For 24 hours each webhook is signed with both, so that the receiver can change over in between.
    """
    return _document(SecretOut(secret=parley().webhooks.rotate(site, id, member=asker())), 201)


@bp.post(f"{ENDPOINT}/pause")
@by_token(Role.OWNER)
@bp.output(EndpointOut)
@bp.doc(security="token", responses=_REFUSALS)
def post_pause(site: str, id: str) -> Response:
    """Deliver nothing until the endpoint is resumed"""
    member = asker()
    parley().webhooks.pause(site, id, member=member)
    return _document(endpoint_out(parley().webhooks.find(site, id, member=member)))


@bp.post(f"{ENDPOINT}/resume")
@by_token(Role.OWNER)
@bp.output(EndpointOut)
@bp.doc(security="token", responses=_REFUSALS)
def post_resume(site: str, id: str) -> Response:
    """Let an endpoint go on, paused or disabled: first with what it missed"""
    member = asker()
    parley().webhooks.resume(site, id, member=member)
    return _document(endpoint_out(parley().webhooks.find(site, id, member=member)))


@bp.post(f"{ENDPOINT}/test")
@by_token(Role.OWNER)
@bp.output(ExchangeOut, status_code=202, description="On its way: look at the delivery.")
@bp.doc(security="token", responses=_FAULTS)
def post_test(site: str, id: str) -> Response:
    """Send a test

    An `endpoint.test` goes the way of every delivery. Its delivery then shows the whole exchange.
    """
    member = asker()
    event = parley().webhooks.test(site, id, member=member)
    return _document(exchange_out(parley().webhooks.exchange(site, id, event, member=member)), 202)


@bp.post(f"{ENDPOINT}/replay")
@by_token(Role.OWNER)
@bp.input(ReplayIn, location="json", arg_name="replay")
@bp.output(EndpointOut, status_code=202, description="A worker does it.")
@bp.doc(security="token", responses=_FAULTS)
def post_replay(site: str, id: str, replay: ReplayIn) -> Response:
    """Deliver again what an endpoint is missing, or everything, since a time"""
    member = asker()
    since = int(replay.since.timestamp() * 1000) if replay.since else 0
    parley().webhooks.replay(site, id, member=member, since=since, what=replay.what)
    return _document(endpoint_out(parley().webhooks.find(site, id, member=member)), 202)


@bp.get(f"{ENDPOINT}/deliveries")
@by_token(Role.OWNER)
@bp.input(DeliveriesQuery, location="query", arg_name="query")
@bp.output(DeliveriesOut)
@bp.doc(security="token", responses=_FAULTS)
def list_deliveries(site: str, id: str, query: DeliveriesQuery) -> Response:
    """List an endpoint's deliveries, newest first

    `state=dead` are those given up. With `comment`, all about that one, in the order of its events.
    """
    member, webhooks = asker(), parley().webhooks
    if query.comment:
        about = webhooks.about(site, id, query.comment, member=member)
        kept = [each for each in about if query.state in ("", each.state)]
        return _document(deliveries_out(kept, following=None))
    after = cursors.decode(query.cursor)
    found = webhooks.listed(site, id, member=member, state=query.state, after=after, limit=query.limit + 1)
    shown = found[: query.limit]
    following = cursors.encode(shown[-1][0], shown[-1][1].event.id) if len(found) > query.limit else None
    return _document(deliveries_out([each for _, each in shown], following=following))


@bp.get(f"{ENDPOINT}/deliveries/<event>")
@by_token(Role.OWNER)
@bp.output(ExchangeOut)
@bp.doc(security="token", responses=_REFUSALS)
def get_delivery(site: str, id: str, event: str) -> Response:
    """Get one delivery: the body, and every attempt with its answer"""
    return _document(exchange_out(parley().webhooks.exchange(site, id, event, member=asker())))


@bp.post(f"{ENDPOINT}/deliveries/<event>/replay")
@by_token(Role.OWNER)
@bp.output(ExchangeOut, status_code=202, description="On its way again.")
@bp.doc(security="token", responses=_FAULTS)
def post_replay_one(site: str, id: str, event: str) -> Response:
    """Deliver one event again, under the same id"""
    member = asker()
    parley().webhooks.replay_one(site, id, event, member=member)
    return _document(exchange_out(parley().webhooks.exchange(site, id, event, member=member)), 202)


def _document(out: Out, status: int = 200, *, by_alias: bool = False) -> Response:
    text = out.model_dump_json(by_alias=by_alias)
    return Response(text, status, mimetype="application/json", headers={"Cache-Control": "no-store"})
