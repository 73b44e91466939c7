"""Where everything meets: the only reader of settings, from which each process builds what it runs.

What only one process needs is built there: the web's stories in `app`, the courier in `worker`.
"""

import contextlib
import logging
import re
import secrets
import sys
import time
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

import structlog

from config.settings import REPOSITORY, Settings
from service.adapters.embedded_valkey import url_of
from service.adapters.sealing import FingerprintKey, KeyRing, key_from, key_in
from service.core.errors import StartRefused, Unavailable
from service.core.ids import ENTROPY_BYTES, new_id
from service.core.people import ALL_SITES, Role
from service.core.policy import Policy
from service.core.rules import Rule
from service.store.acts import Acts
from service.store.authors import Authors
from service.store.batches import Batches
from service.store.connection import Connection, connect
from service.store.deliveries import Deliveries
from service.store.endpoints import Endpoints
from service.store.leases import Leases
from service.store.lists import Lists
from service.store.log import Log
from service.store.outbox import Outbox
from service.store.pace import Pace
from service.store.pages import Pages
from service.store.queue import DAY, Queue
from service.store.registry import Registry
from service.store.replays import Replays
from service.store.security import SecurityLog
from service.store.sessions import Sessions
from service.use_cases.access import Access
from service.use_cases.bulk_review import Bulk
from service.use_cases.casework import Casework
from service.use_cases.review import Review
from service.use_cases.security import Security
from service.use_cases.sites import Sites
from service.use_cases.webhook_endpoints import Webhooks
from service.web.locale import checked_texts

log = structlog.get_logger(__name__)

DEFAULT_POLICY = REPOSITORY / "config" / "policy.toml"
DEFAULT_RULES = REPOSITORY / "config" / "rules.toml"

#: What ends a line, turns it around or acts on a terminal for some of those who read a log, and JSON leaves as it is.
_SIGNS = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def fresh_id(kind: str) -> str:
    """Return a new id of *kind*, by this process's clock and the system's chance."""
    return new_id(kind, now=time.time(), entropy=secrets.token_bytes(ENTROPY_BYTES))


@dataclass(frozen=True)
class Wiring:
    """Builds each part once, when it is first asked for."""

    settings: Settings

    @classmethod
    def from_settings(cls) -> "Wiring":
        """Read the settings and set up the log. Raises InvalidSettings."""
        settings = Settings.load()
        set_up_log(settings.log_level)
        return cls(settings)

    # The store

    @cached_property
    def redis_url(self) -> str:
        """Where Redis is: as set, else the embedded server of the data folder."""
        url = self.settings.redis_url
        return url.get_secret_value() if url else url_of(self.settings.parley_data)

    @cached_property
    def connection(self) -> Connection:
        return connect(
            self.redis_url, connections=self.settings.redis_connections, replicas=self.settings.redis_replicas
        )

    @property
    def event_life(self) -> int:
        """How long events are kept, ms."""
        return self.settings.event_retention * DAY

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.connection, default_policy=default_policy())

    @cached_property
    def queue(self) -> Queue:
        return Queue(self.connection, event_life=self.event_life)

    @cached_property
    def lists(self) -> Lists:
        return Lists(self.connection)

    @cached_property
    def acts(self) -> Acts:
        return Acts(self.connection)

    @cached_property
    def leases(self) -> Leases:
        return Leases(self.connection)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self.connection, event_life=self.event_life)

    @cached_property
    def deliveries(self) -> Deliveries:
        exchange = round(self.settings.webhook_timeout * 1000)
        return Deliveries(self.connection, event_life=self.event_life, exchange=exchange)

    @cached_property
    def endpoints(self) -> Endpoints:
        return Endpoints(self.connection, event_life=self.event_life)

    @cached_property
    def log(self) -> Log:
        return Log(self.connection)

    @cached_property
    def sessions(self) -> Sessions:
        life, idle = self.settings.session_life * 3_600_000, self.settings.session_idle * 60_000
        return Sessions(self.connection, life=life, idle=idle)

    @cached_property
    def replays(self) -> Replays:
        return Replays(self.connection, self.log, event_life=self.event_life)

    # The keys

    @cached_property
    def _sealing_keys(self) -> tuple[bytes, ...]:
        given = self.settings.sealing_keys
        if given:
            return tuple(key_from(key.get_secret_value(), setting="SEALING_KEYS") for key in given)
        return (key_in(self._keys / "sealing"),)

    @cached_property
    def fingerprints(self) -> FingerprintKey:
        given = self.settings.fingerprint_key
        if given:
            return FingerprintKey(key_from(given.get_secret_value(), setting="FINGERPRINT_KEY"))
        return FingerprintKey(key_in(self._keys / "fingerprint"))

    @property
    def _keys(self) -> Path:
        return self.settings.parley_data / "keys"

    @cached_property
    def sealing(self) -> KeyRing:
        return KeyRing(self._sealing_keys)

    @cached_property
    def cookie_key(self) -> bytes:
        """What signs the cookies of browsers. It is alone: what an older one signed is worth nothing."""
        given = self.settings.cookie_key
        if given:
            return key_from(given.get_secret_value(), setting="COOKIE_KEY")
        return key_in(self._keys / "cookies")

    # The stories

    @cached_property
    def access(self) -> Access:
        return Access(self.registry, Pace(self.connection), self.security, fresh_id, lambda: secrets.token_urlsafe(32))

    @cached_property
    def security(self) -> Security:
        return Security(SecurityLog(self.connection))

    @cached_property
    def review(self) -> Review:
        return Review(self.queue, self.lists, self.leases, fresh_id)

    @cached_property
    def bulk(self) -> Bulk:
        return Bulk(self.review, Batches(self.connection))

    @cached_property
    def webhooks(self) -> Webhooks:
        return Webhooks(
            registry=self.registry,
            endpoints=self.endpoints,
            deliveries=self.deliveries,
            log=self.log,
            replays=self.replays,
            sealing=self.sealing,
            security=self.security,
            new_id=fresh_id,
            entropy=secrets.token_bytes,
        )

    @cached_property
    def casework(self) -> Casework:
        pages, authors = Pages(self.connection), Authors(self.connection)
        return Casework(self.queue, self.lists, pages, authors, self.acts, fresh_id)

    @cached_property
    def sites(self) -> Sites:
        return Sites(self.registry, self.security, default_policy(), default_rules(), checked_texts)

    def check(self) -> None:
        """Check that Redis answers, and what it holds. Raises StartRefused."""
        try:
            self._check_data()
        except Unavailable as error:
            raise StartRefused(self._not_there()) from error

    def look(self) -> None:
        """Check what Redis holds, if it answers: a process that serves starts without it, and waits. StartRefused."""
        try:
            self._check_data()
        except Unavailable as error:
            log.warning("waiting_for_redis", problem=str(error), cause=error.cause)

    def _check_data(self) -> None:
        """Check that the data have our layout and keys; say loudly what could lose comments. Raises StartRefused."""
        self.registry.check_layout()
        self.registry.check_keys(self.sealing, self.fingerprints)
        for warning in self.registry.unsafe_settings():
            log.warning("redis_is_unsafe", problem=warning)

    def _not_there(self) -> str:
        if self.settings.redis_url:
            return "Redis does not answer. Check REDIS_URL, and that the server runs."
        return f"No Parley runs on the data folder {self.settings.parley_data}. Start it with: make run"

    # The web

    @property
    def local_url(self) -> str:
        """Where this machine reaches the web server."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.settings.host, self.settings.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.settings.port}/"

    @property
    def url(self) -> str:
        """Where people reach the web server."""
        return str(self.settings.public_url or self.local_url)

    def invitation(self, role: Role, *, site: str = ALL_SITES) -> str:
        """Return a link with which one person joins."""
        return f"{self.url}review/invitations/{self.access.invite(role, site=site)}"

    def new_password(self, name: str) -> str:
        """Return a link with which the person of that name chooses a new password. Raises NotFound."""
        return f"{self.url}review/-/resets/{self.access.offer_reset(name)}"

    @property
    def trusted_hosts(self) -> frozenset[str] | None:
        """Hosts that a request may name, so that a name rebound to this machine gets nothing; None: any."""
        public, host = self.settings.public_url, self.settings.host
        if public is None and host in ("0.0.0.0", "::"):  # noqa: S104 - asked whether, not bound
            return None
        named = {"127.0.0.1", "localhost", "[::1]", host.lower() if ":" not in host else f"[{host}]"}
        return frozenset(named | ({public.host} if public and public.host else set()))


def default_policy() -> Policy:
    """Return the policy that new sites start with."""
    return Policy.model_validate(tomllib.loads(DEFAULT_POLICY.read_text("utf-8")))


def default_rules() -> tuple[Rule, ...]:
    """Return the rules of a site that has none of its own."""
    return tuple(Rule(**rule) for rule in tomllib.loads(DEFAULT_RULES.read_text("utf-8"))["rule"])


def set_up_log(level: str, *, out: TextIO = sys.stderr) -> None:
    """Write structured lines to *out*: time, level, event, request id, and no personal data."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where_it_broke,
            structlog.processors.JSONRenderer(ensure_ascii=False),
            _on_one_line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: _Printer(out),
    )


def _on_one_line(_: object, __: str, line: Any) -> str:
    return _SIGNS.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


class _Printer(structlog.PrintLogger):
    """Prints each line; one that the log has no room for, on a full disk, is dropped, not the work that it tells of."""

    def msg(self, message: str) -> None:
        """Print *message*, if that can be."""
        with contextlib.suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def _where_it_broke(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Log an exception's kinds and frames, never its words or variables: those may hold what a reader typed."""
    error = event.pop("exc_info", None)
    error = sys.exc_info()[1] if error is True else error
    if isinstance(error, BaseException):
        stack = structlog.tracebacks.extract(type(error), error, error.__traceback__, show_locals=False).stacks
        event["raised"] = [link.exc_type for link in stack]
        event["frames"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in stack[0].frames]
    return event
