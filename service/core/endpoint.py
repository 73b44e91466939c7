"""An endpoint as its owner describes it: what was typed, parsed at the door, every fault at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.core.errors import Fault, InvalidChange
from service.core.events import CHOICES, EventType
from service.core.public import address_in

LONGEST_DESCRIPTION: Final = 200
MOST_HEADERS: Final = 10
LONGEST_HEADER: Final = 1000
LONGEST_HEADERS: Final = MOST_HEADERS * (LONGEST_HEADER + 80)
FASTEST: Final = 60_000

#: Headers that are ours, or the connection's.
_OURS: Final = (
    *("accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host"),
    *("keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    "user-agent",
)

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class EndpointChange:
    """Values for an endpoint; None leaves one as it is. *headers* replaces all of them."""

    url: str | None = None
    description: str | None = None
    events: tuple[EventType, ...] | None = None
    is_thin: bool | None = None
    headers: Mapping[str, str] | None = None
    per_minute: int | None = None

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> "EndpointChange":
        """Parse *fields*: url, description, events, payload ("full" or "thin"), headers, per_minute.

        Raises InvalidChange with every fault but those of the URL, which whoever opens connections checks.
        """
        faults: list[Fault] = []
        change = cls(
            url=fields.get("url"),
            description=_description(fields.get("description"), faults),
            events=_events(fields.get("events"), faults),
            is_thin=_is_thin(fields.get("payload"), faults),
            headers=_headers(fields.get("headers"), faults),
            per_minute=_per_minute(fields.get("per_minute"), faults),
        )
        if faults:
            raise InvalidChange(faults)
        return change


def header_lines(text: str) -> dict[str, str]:
    """Return the headers that *text* has, one a line as in HTTP. Raises InvalidChange."""
    found: dict[str, str] = {}
    if len(text) > LONGEST_HEADERS:
        raise InvalidChange([Fault("headers", f"Headers have at most {LONGEST_HEADERS:,} characters in all.")])
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon:
            raise InvalidChange([Fault("headers", "Write each header on a line of its own, like X-Token: abc.")])
        found[name.strip()] = value.strip()
    return found


def _description(text: str | None, faults: list[Fault]) -> str | None:
    if text is None:
        return None
    tidy = " ".join(text.split())
    if len(tidy) > LONGEST_DESCRIPTION:
        faults.append(Fault("description", f"A description has at most {LONGEST_DESCRIPTION} characters."))
    return tidy


def _events(names: Sequence[str] | None, faults: list[Fault]) -> tuple[EventType, ...] | None:
    if names is None:
        return None
    known = {kind.value: kind for kind in CHOICES}
    unknown = [name for name in names if name not in known]
    if unknown:
        faults.append(Fault("events", f"Choose events from: {', '.join(known)}."))
    return tuple(dict.fromkeys(known[name] for name in names if name in known))


def _is_thin(payload: str | None, faults: list[Fault]) -> bool | None:
    if payload not in (None, "full", "thin"):
        faults.append(Fault("payload", "A payload is full or thin."))
    return None if payload is None else payload == "thin"


def _headers(headers: Mapping[str, str] | None, faults: list[Fault]) -> Mapping[str, str] | None:
    if headers is None:
        return None
    if len(headers) > MOST_HEADERS:
        faults.append(Fault("headers", f"At most {MOST_HEADERS} headers can be added."))
        return None
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            faults.append(Fault("headers", "A header’s name has letters, digits and hyphens, 64 at most."))
        elif name.lower() in _OURS or name.lower().startswith("webhook-"):
            faults.append(Fault("headers", f"The header {name} is Parley’s own."))
        elif problem := address_in(name, what="A header’s name"):
            faults.append(Fault("headers", problem))
        if len(value) > LONGEST_HEADER or not _VALUE.fullmatch(value):
            faults.append(Fault("headers", f"A header’s value has 1 to {LONGEST_HEADER:,} characters of plain ASCII."))
    return headers


def _per_minute(value: int | None, faults: list[Fault]) -> int | None:
    if value is not None and not 0 <= value <= FASTEST:
        faults.append(Fault("per_minute", f"Deliveries a minute are 1 to {FASTEST:,}, or 0 for no limit."))
    return value
