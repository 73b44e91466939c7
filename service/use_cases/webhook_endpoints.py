"""Endpoints as their site's owners keep them: made, changed, stopped, tested, looked into, made to catch up."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from service.adapters.ssrf_guard import check_url
from service.core.comment import Millis
from service.core.endpoint import EndpointChange
from service.core.errors import Fault, InvalidChange, NotFound
from service.core.events import Attempt, Endpoint, Event, EventType, Health, Logged, SigningSecret
from service.core.masking import mask
from service.core.people import Member, Role
from service.core.ports import Sealing
from service.core.security import SecurityEvent
from service.core.signing import new_secret
from service.store.deliveries import Deliveries
from service.store.endpoints import Endpoints
from service.store.log import Filter, Log, beginning
from service.store.registry import Registry
from service.store.replays import Replay, Replays
from service.use_cases.security import Security
from service.use_cases.webhook_dispatch import context

#: Endpoints that one site has at most.
MOST_ENDPOINTS: Final = 200

#: How long a secret that was rotated away still signs, beside the new one, ms.
ROTATION: Final = 24 * 3600 * 1000

#: Whoever has the command line has everything.


@dataclass(frozen=True, slots=True)
class Shown:
    """An endpoint, how it does, and how many of its deliveries the log holds by state."""

    endpoint: Endpoint
    health: Health
    counts: dict[str, int]
    replays: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """A delivery with the body that is sent and every attempt, oldest first."""

    logged: Logged
    body: str
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The owners' acts. All raise NotAllowed, and NotFound for what is not there."""

    registry: Registry
    endpoints: Endpoints
    deliveries: Deliveries
    log: Log
    replays: Replays
    sealing: Sealing
    security: Security
    new_id: Callable[[str], str]
    entropy: Callable[[int], bytes]

    def all(self, site: str, *, member: Member) -> list[Shown]:
        """Return the site's endpoints, oldest first."""
        self._require(site, member)
        found = sorted(self.endpoints.of(site), key=lambda each: (each.created_at, each.id))
        return [self._shown(endpoint) for endpoint in found]

    def find(self, site: str, id: str, *, member: Member) -> Shown:
        """Return one endpoint."""
        self._require(site, member)
        return self._shown(self.endpoints.find(site, id))

    def add(self, site: str, change: EndpointChange, *, member: Member) -> tuple[Endpoint, str]:
        """Tell a URL of the site's events from now on; return it with its signing secret, which is shown only now."""
        self._require(site, member)
        check_url(change.url or "")
        if len(self.endpoints.of(site)) >= MOST_ENDPOINTS:
            raise InvalidChange([Fault("url", f"A site has at most {MOST_ENDPOINTS} endpoints.")])
        id, secret = self.new_id("ep"), new_secret(self.entropy(32))
        sealed = self.sealing.seal(secret, context=context(site, id))
        bare = Endpoint(id, site, "", (SigningSecret(sealed),), created_at=self.endpoints.now())
        endpoint = self._changed(bare, change)
        self.endpoints.add(endpoint)
        self.security.note(SecurityEvent.ENDPOINT_MADE, member, site=site, about=id)
        return endpoint, secret

    def change(self, site: str, id: str, change: EndpointChange, *, member: Member) -> Endpoint:
        """Change what *change* names; deliveries from now on are so. Raises InvalidChange."""
        self._require(site, member)
        if change.url is not None:
            check_url(change.url)
        changed = self.endpoints.change(site, id, lambda endpoint: self._changed(endpoint, change))
        self.security.note(SecurityEvent.ENDPOINT_CHANGED, member, site=site, about=id)
        return changed

    def rotate(self, site: str, id: str, *, member: Member) -> str:
        """Return a new signing secret, shown only now. The old one signs beside it for 24 hours."""
        self._require(site, member)
        secret, now = new_secret(self.entropy(32)), self.endpoints.now()
        sealed = SigningSecret(self.sealing.seal(secret, context=context(site, id)))
        self.endpoints.change(site, id, lambda endpoint: replace(endpoint, secrets=(sealed, *_retired(endpoint, now))))
        self.security.note(SecurityEvent.ENDPOINT_ROTATED, member, site=site, about=id)
        return secret

    def remove(self, site: str, id: str, *, member: Member) -> None:
        """Forget the endpoint; what is on its way to it is dropped."""
        self._require(site, member)
        self.endpoints.remove(site, id)
        self.security.note(SecurityEvent.ENDPOINT_REMOVED, member, site=site, about=id)

    def pause(self, site: str, id: str, *, member: Member) -> None:
        """Deliver nothing until `resume`; what happens meanwhile is delivered then."""
        self._require(site, member)
        self.endpoints.pause(site, id)

    def resume(self, site: str, id: str, *, member: Member) -> None:
        """Let a paused or disabled endpoint go on: first with what it missed, then with what is new."""
        self._require(site, member)
        self.endpoints.resume(site, id)

    def test(self, site: str, id: str, *, member: Member) -> str:
        """Send the endpoint an `endpoint.test`, by the way of every delivery; return the event's id."""
        self._require(site, member)
        endpoint, health = self.endpoints.find(site, id), self.endpoints.health(site, id)
        if health.is_paused or health.disabled:
            raise InvalidChange([Fault("endpoint", "Nothing is delivered to this endpoint now. Resume it first.")])
        event = self.new_id("evt")
        self.replays.test(endpoint, event)
        return event

    # The log

    def listed(
        self, site: str, id: str, *, member: Member, state: Filter = "", after: tuple[float, str] | None, limit: int
    ) -> list[tuple[float, Logged]]:
        """Return the endpoint's deliveries, newest first, from *after* on; with *state* only those."""
        self._require(site, member)
        return self.log.deliveries(site, self.endpoints.find(site, id).id, state=state, after=after, limit=limit)

    def about(self, site: str, id: str, comment: str, *, member: Member) -> list[Logged]:
        """Return what the endpoint was told of *comment*, in order."""
        self._require(site, member)
        return self.log.about(site, self.endpoints.find(site, id).id, comment)

    def exchange(self, site: str, id: str, event: str, *, member: Member) -> Exchange:
        """Return one delivery: what is sent, and every attempt."""
        self._require(site, member)
        endpoint, logged = self.endpoints.find(site, id), self.log.delivery(site, id, event)
        body = logged.event.payload(is_thin=endpoint.is_thin).decode()
        return Exchange(logged, body, tuple(self.deliveries.attempts(site, event, id)))

    # Replaying

    def replay_one(self, site: str, id: str, event: str, *, member: Member) -> None:
        """Deliver one event again, under the same id."""
        self._require(site, member)
        endpoint, found = self.endpoints.find(site, id), self.log.event(site, event)
        if found.cancelled:
            raise InvalidChange([Fault("event", "This was undone in its window: nobody is told of it.")])
        if found.type is EventType.TEST and found.comment != id:
            raise NotFound("event", event)
        self.replays.again(endpoint, found)

    def replay(
        self, site: str, id: str, *, member: Member, since: Millis, what: Literal["all", "missing"] = "missing"
    ) -> None:
        """Deliver again what was logged since *since*: all that the endpoint wants, or only what it does not have."""
        self._require(site, member)
        endpoint, last = self.endpoints.find(site, id), self.log.last(site)
        self.replays.begin(Replay(site, endpoint.id, what, beginning(since), last))

    # The events themselves

    def events(self, site: str, *, member: Member, after: str, limit: int) -> tuple[list[Event], str]:
        """Return up to *limit* events behind the place *after*, and the place to go on from.

        A decision in its undo window ends the list: what follows it comes when the window has ended.
        """
        member.require(Role.VIEWER, site)
        self.registry.site(site)
        now, place, told = self.endpoints.now(), after, []
        for entry, event in self.log.entries(site, after=after, limit=limit):
            if event and event.not_before > now and not event.cancelled:
                break
            place = entry
            if event and not event.cancelled:
                told.append(event)
        return told, place

    def _require(self, site: str, member: Member) -> None:
        member.require(Role.OWNER, site)
        self.registry.site(site)

    def _shown(self, endpoint: Endpoint) -> Shown:
        site, id = endpoint.site, endpoint.id
        return Shown(
            endpoint, self.endpoints.health(site, id), self.log.counts(site, id), self.replays.under_way(site, id)
        )

    def _changed(self, endpoint: Endpoint, change: EndpointChange) -> Endpoint:
        if change.url is not None:
            endpoint = replace(endpoint, url=change.url)
        if change.description is not None:
            endpoint = replace(endpoint, description=mask(change.description).text)
        if change.events is not None:
            endpoint = replace(endpoint, events=change.events)
        if change.is_thin is not None:
            endpoint = replace(endpoint, is_thin=change.is_thin)
        if change.per_minute is not None:
            endpoint = replace(endpoint, per_minute=change.per_minute)
        if change.headers is not None:
            names = tuple(sorted(change.headers))
            sealed = self.sealing.seal(json.dumps(dict(change.headers)), context=context(endpoint.site, endpoint.id))
            endpoint = replace(endpoint, header_names=names, sealed_headers=sealed if names else "")
        return endpoint


def _retired(endpoint: Endpoint, now: Millis) -> tuple[SigningSecret, ...]:
    """Return the secrets that still sign beside a new one, until when."""
    still = (secret for secret in endpoint.secrets if not secret.until or secret.until > now)
    return tuple(replace(secret, until=secret.until or now + ROTATION) for secret in still)
