"""What a site's owners must be able to look up afterwards: who came in, who may, and what was opened or changed."""

from dataclasses import dataclass
from enum import StrEnum

from service.core.comment import Actor, Millis


class SecurityEvent(StrEnum):
    """What happened."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - no password
    RESET_MADE = "reset_made"
    INVITED = "invited"
    JOINED = "joined"
    MEMBER_REMOVED = "member_removed"
    TOKEN_MADE = "token_made"  # noqa: S105 - no token
    TOKEN_REMOVED = "token_removed"  # noqa: S105 - no token
    ENDPOINT_MADE = "endpoint_made"
    ENDPOINT_CHANGED = "endpoint_changed"
    ENDPOINT_ROTATED = "endpoint_rotated"
    ENDPOINT_REMOVED = "endpoint_removed"
    SITE_MADE = "site_made"
    SITE_CHANGED = "site_changed"
    REVEALED = "revealed"
    KEYS_FORGOTTEN = "keys_forgotten"


#: What strangers can cause as often as they like.
BY_STRANGERS = frozenset({SecurityEvent.SIGN_IN_FAILED})


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the security log.

    Its *actor* came from a *network*, known by its fingerprint; "" is this machine's command line. It concerns a *site*
    (all with "") and is *about* something by name or id, none of it secret.
    """

    event: SecurityEvent
    actor: Actor
    network: str = ""
    site: str = ""
    about: str = ""
    at: Millis = 0
