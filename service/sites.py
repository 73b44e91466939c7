"""Sites and their policies, as their owner sets them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.core.errors import Fault, InvalidChange
from service.core.policy import Policy
from service.core.site import Site, origin, site_id
from service.store.registry import Registry

DEMO = "demo"

#: Whoever tries the demo out tries it fast.
DEMO_POLICY = {"comments_per_minute": 600, "comments_burst": 200, "seconds_to_write": 0}

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites of this Parley."""

    registry: Registry
    default_policy: Policy

    def add(self, id: str, *, name: str = "", origins: tuple[str, ...]) -> Site:
        """Make a site whose pages come from *origins*. Raises InvalidChange."""
        if not origins:
            raise InvalidChange([Fault("origins", "Give at least one origin, like https://news.example.org.")])
        site = Site(site_id(id), _name(name or id), tuple(origin(text) for text in origins), self.default_policy)
        if not self.registry.add_site(site):
            raise InvalidChange([Fault("site", f"There is a site {id} already. `site set {id} …` changes it.")])
        return site

    def add_demo(self) -> None:
        """Make the demo site where there is none: it takes comments for any page."""
        policy = self.default_policy.changed(DEMO_POLICY)
        self.registry.add_site(Site(DEMO, "The Harbour Post", (), policy, any_page=True))

    def change(self, id: str, values: Mapping[str, str]) -> Site:
        """Set *values* of a site: name, origins or any value of its policy. Raises InvalidChange, NotFound."""
        site = self.registry.site(id)
        rest = dict(values)
        if "name" in rest:
            site = replace(site, name=_name(rest.pop("name")))
        if "origins" in rest:
            site = replace(site, origins=tuple(origin(text) for text in rest.pop("origins").replace(",", " ").split()))
        if rest:
            site = replace(site, policy=site.policy.changed(rest))
        self.registry.save_site(site)
        return site


def values_of(site: Site) -> dict[str, Any]:
    """Return every value of *site* by name, as `change` takes them."""
    return {"name": site.name, "origins": ", ".join(site.origins)} | site.policy.model_dump()


def _name(text: str) -> str:
    tidy = " ".join(text.split())
    if not 1 <= len(tidy) <= LONGEST_NAME:
        raise InvalidChange([Fault("name", f"A site’s name has 1 to {LONGEST_NAME} characters.")])
    return tidy
