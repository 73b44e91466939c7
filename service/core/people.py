"""Who may do what: roles, people who sign in at the desk, tokens that call the API."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from service.core.comment import Actor
from service.core.errors import NotAllowed, NotFound
from service.core.masking import mask

ALL_SITES = "*"


class Role(StrEnum):
    """What someone may do, each role more than the one before."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    OWNER = "owner"


_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Member:
    """A person or a token: who they are, and their role on one site or on all of them.

    While they ask for something, *network* is the fingerprint of whence.
    """

    id: str
    name: str
    role: Role
    site: str = ALL_SITES
    secret: str = field(repr=False, default="")
    network: str = field(default="", compare=False)

    @property
    def actor(self) -> Actor:
        """How decisions name them."""
        return Actor(self.id, mask(self.name).text)

    @property
    def credential(self) -> str:
        """What tells one password of theirs from the next: what one began ends with it. It tells nothing else."""
        return hashlib.sha256(self.secret.encode()).hexdigest()[:16]

    def sees(self, site: str) -> bool:
        """Whether they may look at *site*."""
        return self.site in (ALL_SITES, site)

    def is_seen_with(self, site: str) -> bool:
        """Whether somebody of *site*, or of all sites, is named where they are."""
        return site == ALL_SITES or self.sees(site)

    def is_at_least(self, role: Role) -> bool:
        """Whether they may do what *role* may."""
        return _RANK[self.role] >= _RANK[role]

    def require(self, role: Role, site: str) -> None:
        """Raise NotAllowed unless they have at least *role* on *site*; NotFound, as if there were none, for a site that
        they do not see."""
        if site != ALL_SITES and not self.sees(site):
            raise NotFound("site", site)
        if not self.sees(site) or not self.is_at_least(role):
            where = "all sites" if site == ALL_SITES else f"the site {site}"
            raise NotAllowed(f"This needs the role {role.value} on {where}.")


#: Whoever runs Parley, at the command line.
OPERATOR = Member("operator", "The operator", Role.OWNER)


@dataclass(frozen=True, slots=True)
class Token:
    """An API token: whom it speaks for, and when it expires and was last used, ms since the epoch; 0: never."""

    member: Member
    expires_at: int = 0
    used_at: int = 0
