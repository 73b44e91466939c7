"""Events, endpoints and attempts to what Redis keeps, and back; masked text alone, as in `codec`."""

import json
from collections.abc import Mapping
from functools import lru_cache

from service.core.events import Attempt, Endpoint, Event, EventType, Health, Logged, SigningSecret
from service.core.masking import retold
from service.store.codec import Json, dumps


def event(id: str, site: str, fields: Mapping[str, str]) -> Event:
    """Return the event that *fields* hold."""
    return Event(
        id=id,
        type=EventType(fields["type"]),
        site=site,
        comment=fields["comment"],
        sequence=int(fields["sequence"]),
        at=int(fields["at"]),
        not_before=int(fields["not_before"]),
        data=json.loads(fields["data"]),
        cancelled="cancelled" in fields,
    )


def attempt_json(attempt: Attempt) -> str:
    """Return an attempt as the delivery's log keeps it."""
    return dumps(
        {
            "at": attempt.at,
            "status": attempt.status,
            "error": attempt.error,
            "milliseconds": attempt.milliseconds,
            "answer": attempt.answer,
            "answer_headers": attempt.answer_headers,
            "url": attempt.url,
            "headers": dict(attempt.headers),
            "connecting": attempt.connecting,
        }
    )


def attempt(text: str) -> Attempt:
    """Return the attempt that *text* holds."""
    value: Json = json.loads(text)
    return Attempt(
        at=value["at"],
        status=value["status"],
        error=value["error"],
        milliseconds=value["milliseconds"],
        answer=retold(value["answer"]),
        answer_headers=retold(value.get("answer_headers", "")),
        url=value.get("url", ""),
        headers=value.get("headers", {}),
        connecting=value.get("connecting", 0),
    )


def logged(event: Event, endpoint: str, fields: Mapping[str, str]) -> Logged:
    """Return the delivery that *fields* hold."""
    created_at = int(fields.get("created_at", event.at))
    return Logged(
        event=event,
        endpoint=endpoint,
        state=fields["state"],
        failures=int(fields["failures"]),
        created_at=created_at,
        changed_at=int(fields.get("changed_at", created_at)),
        due_at=int(fields.get("due_at", created_at)),
    )


def endpoint_json(endpoint: Endpoint) -> str:
    """Return an endpoint as the site keeps it."""
    return dumps(
        {
            "url": endpoint.url,
            "secrets": [[secret.sealed, secret.until] for secret in endpoint.secrets],
            "description": endpoint.description,
            "events": endpoint.events,
            "is_thin": endpoint.is_thin,
            "header_names": endpoint.header_names,
            "headers": endpoint.sealed_headers,
            "per_minute": endpoint.per_minute,
            "created_at": endpoint.created_at,
        }
    )


@lru_cache(maxsize=1000)
def endpoint(id: str, site: str, text: str) -> Endpoint:
    """Return the endpoint that *text* holds. Each delivery asks, so the last ones are remembered."""
    value: Json = json.loads(text)
    # Endpoints of the first version had one secret and nothing else.
    secrets = value["secrets"] if "secrets" in value else [[value["secret"], 0]]
    return Endpoint(
        id=id,
        site=site,
        url=value["url"],
        secrets=tuple(SigningSecret(sealed, until) for sealed, until in secrets),
        description=retold(value.get("description", "")),
        events=tuple(EventType(kind) for kind in value.get("events", ())),
        is_thin=value.get("is_thin", False),
        header_names=tuple(value.get("header_names", ())),
        sealed_headers=value.get("headers", ""),
        per_minute=value.get("per_minute", 0),
        created_at=value.get("created_at", 0),
    )


def health(fields: Mapping[str, str]) -> Health:
    """Return how an endpoint does, as *fields* tell."""
    return Health(
        is_paused="paused" in fields,
        disabled=fields.get("disabled", ""),
        disabled_at=int(fields.get("disabled_at", 0)),
        failing_since=int(fields.get("failing_since", 0)),
        delivered_at=int(fields.get("delivered_at", 0)),
        is_catching_up="catching_up" in fields,
    )
