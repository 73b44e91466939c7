"""Who may do what: roles, people who sign in at the desk, tokens that call the API."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from service.core.comment import Actor
from service.core.errors import NotAllowed
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
    """A person or a token: who they are, and their role on one site or on all of them."""

    id: str
    name: str
    role: Role
    site: str = ALL_SITES
    secret: str = field(repr=False, default="")

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

    def require(self, role: Role, site: str) -> None:
        """Raise NotAllowed unless they have at least *role* on *site*."""
        if not self.sees(site) or _RANK[self.role] < _RANK[role]:
            raise NotAllowed(f"This needs the role {role.value} on the site {site}.")
