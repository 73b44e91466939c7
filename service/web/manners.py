"""Spam manners: what gives a program away that fills in a form. Whatever looks so waits for a person."""

import hmac
from collections.abc import Mapping

from service.core.ports import Fingerprints
from service.core.site import Site

#: A field that people do not see: whoever fills it in is a program.
TRAP = "subject"


def stamp(fingerprints: Fingerprints, site: Site, *, now: float) -> str:
    """Return when a form was shown, *now* in seconds since the epoch, signed."""
    at = str(int(now * 1000))
    return f"{at}.{_mark(fingerprints, site, at)}"


def looks_automatic(fields: Mapping[str, object], fingerprints: Fingerprints, site: Site, *, now: float) -> bool:
    """Whether the form with *fields* was filled in as only a program does: whole, or sooner than a person types."""
    if fields.get(TRAP):
        return True
    at, _, mark = str(fields.get("shown_at") or "").partition(".")
    if not hmac.compare_digest(mark.encode(), _mark(fingerprints, site, at).encode()):
        return site.policy.seconds_to_write > 0
    # One shown much later than now was stamped by a clock that went back since.
    return abs(now * 1000 - int(at)) < site.policy.seconds_to_write * 1000


def _mark(fingerprints: Fingerprints, site: Site, at: str) -> str:
    return fingerprints.of(at, site=site.id, purpose="form shown")[:22]
