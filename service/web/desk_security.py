"""The security log at the desk: for owners of everything, newest first."""

import re
from dataclasses import dataclass
from typing import Final

from flask import render_template, request

from service.core.masking import MaskedText
from service.core.people import Role
from service.core.security import Record, SecurityEvent
from service.store.security import NEWEST
from service.web.authority import asker, at_desk
from service.web.context import parley
from service.web.desk import guarded
from service.web.frame import frame, now
from service.web.words import Moment

bp = guarded("desk_security", below="/-/security")

#: Lines on one page.
PAGE: Final = 50

#: Characters of a network's fingerprint that tell it from others on a page.
TOLD_APART: Final = 6

#: What happened, as it goes on after the name of who did it.
WORDS: Final = {
    SecurityEvent.SIGNED_IN: "signed in",
    SecurityEvent.SIGN_IN_FAILED: "failed to sign in",
    SecurityEvent.SIGNED_OUT: "signed out",
    SecurityEvent.SESSIONS_ENDED: "ended sessions",
    SecurityEvent.PASSWORD_CHANGED: "changed the password",  # pragma: allowlist secret - no password
    SecurityEvent.RESET_MADE: "made a link to set a new password",
    SecurityEvent.INVITED: "invited",
    SecurityEvent.JOINED: "joined",
    SecurityEvent.MEMBER_REMOVED: "removed",
    SecurityEvent.TOKEN_MADE: "made an API token",
    SecurityEvent.TOKEN_REMOVED: "removed an API token",
    SecurityEvent.ENDPOINT_MADE: "added a webhook",
    SecurityEvent.ENDPOINT_CHANGED: "changed a webhook",
    SecurityEvent.ENDPOINT_ROTATED: "made a new secret for a webhook",
    SecurityEvent.ENDPOINT_REMOVED: "removed a webhook",
    SecurityEvent.SITE_MADE: "made the site",
    SecurityEvent.SITE_CHANGED: "changed settings",
    SecurityEvent.REVEALED: "looked at what a comment hides",
    SecurityEvent.KEYS_FORGOTTEN: "gave up what lost keys sealed",
}


@dataclass(frozen=True, slots=True)
class RecordShown:
    """A line: *who* did *what*, to *about* on a *site*, and the *network* as far as it tells it from others."""

    when: Moment
    who: MaskedText
    what: str
    about: str
    site: str
    network: str

    @classmethod
    def of(cls, record: Record, *, now: float) -> "RecordShown":
        """Show *record* to whoever looks at *now*, ms."""
        return cls(
            when=Moment.of(record.at, now=now),
            who=record.actor.name or MaskedText("Somebody"),
            what=WORDS[record.event],
            about=record.about,
            site=record.site,
            network=record.network[:TOLD_APART],
        )


@bp.get("/")
@at_desk(Role.OWNER)
def security() -> str:
    """List what happened, from the place in the query on."""
    member, asked = asker(), request.args.get("before", "")
    before = asked if re.fullmatch(r"\d{1,20}-\d{1,20}", asked) else NEWEST
    found = parley().security.page(member=member, before=before, limit=PAGE + 1)
    shown = [RecordShown.of(record, now=now()) for _, record in found[:PAGE]]
    older = found[PAGE - 1][0] if len(found) > PAGE else ""
    return render_template("desk/security.html", desk=frame(member, ""), lines=shown, older=older)
