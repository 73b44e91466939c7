"""Sites and their policies, as their owner sets them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.core.errors import Fault, InvalidChange
from service.core.names import public
from service.core.people import OPERATOR, Member
from service.core.policy import Policy
from service.core.public import address_in
from service.core.rules import Rule, changed
from service.core.security import SecurityEvent
from service.core.site import Site, origin, site_id
from service.store.registry import Registry
from service.use_cases.security import Security

DEMO = "demo"

#: Whoever tries the demo out tries it faster than they would read, and nobody fills it.
DEMO_POLICY = {"comments_per_minute": 60, "comments_burst": 30, "seconds_to_write": 0}

LONGEST_NAME = 100

#: How the names of a site's own texts begin.
TEXT = "text."

#: How the names of its rules begin.
RULE = "rule."


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites of this Parley."""

    registry: Registry
    security: Security
    default_policy: Policy
    default_rules: tuple[Rule, ...]
    checked_texts: Callable[[Mapping[str, str]], Mapping[str, str]]

    def add(self, id: str, *, name: str = "", origins: tuple[str, ...], member: Member = OPERATOR) -> Site:
        """Make a site whose pages come from *origins*. Raises InvalidChange."""
        if not origins:
            raise InvalidChange([Fault("origins", "Give at least one origin, like https://news.example.org.")])
        site = Site(site_id(id), _name(name or id), tuple(origin(text) for text in origins), self.default_policy)
        if not self.registry.add_site(site):
            raise InvalidChange([Fault("site", f"There is a site {id} already. `site set {id} …` changes it.")])
        self.security.note(SecurityEvent.SITE_MADE, member, site=site.id)
        return site

    def add_demo(self) -> None:
        """Make the demo site where there is none: it takes comments for any page."""
        policy = self.default_policy.changed(DEMO_POLICY)
        self.registry.add_site(Site(DEMO, "The Harbour Post", (), policy, any_page=True))

    def change(self, id: str, values: Mapping[str, str], *, member: Member = OPERATOR) -> Site:
        """Set *values* of a site: name, origins, language, `text.<key>` (empty for ours again), `rule.<digit>` (empty
        to take it away), its policy's.

        Raises InvalidChange, NotFound.
        """
        site = self.registry.site(id)
        rest = dict(values)
        if "name" in rest:
            site = replace(site, name=_name(rest.pop("name")))
        if "origins" in rest:
            site = replace(site, origins=tuple(origin(text) for text in rest.pop("origins").replace(",", " ").split()))
        if "language" in rest:
            site = replace(site, language=_language(rest.pop("language")))
        rules = _with_prefix(rest, RULE)
        if rules:
            site = replace(site, rules=changed(self.rules_of(site), rules))
        own = _with_prefix(rest, TEXT)
        if own:
            texts = {**site.texts, **own}
            site = replace(site, texts=self.checked_texts({key: text for key, text in texts.items() if text}))
        if rest:
            site = replace(site, policy=site.policy.changed(rest))
        self.registry.save_site(site)
        self.security.note(SecurityEvent.SITE_CHANGED, member, site=id, about=", ".join(sorted(values)))
        return site

    def rules_of(self, site: Site) -> tuple[Rule, ...]:
        """Return the rules that the site's moderators name."""
        return site.rules or self.default_rules

    def values_of(self, site: Site) -> dict[str, Any]:
        """Return every value of *site* by name, as `change` takes them."""
        own = {"name": site.name, "origins": ", ".join(site.origins), "language": site.language}
        texts = {f"{TEXT}{key}": text for key, text in sorted(site.texts.items())}
        rules = {f"{RULE}{digit}": str(rule) for digit, rule in enumerate(self.rules_of(site), start=1)}
        return own | site.policy.model_dump() | rules | texts


def _with_prefix(values: dict[str, str], prefix: str) -> dict[str, str]:
    """Take the values whose names begin with *prefix* out of *values*, and return them by the rest of their names."""
    return {name.removeprefix(prefix): values.pop(name) for name in [*values] if name.startswith(prefix)}


def _name(text: str) -> str:
    tidy = public(text)
    if not 1 <= len(tidy) <= LONGEST_NAME:
        raise InvalidChange([Fault("name", f"A site’s name has 1 to {LONGEST_NAME} characters.")])
    if problem := address_in(tidy, what="A site’s name"):
        raise InvalidChange([Fault("name", problem)])
    return tidy


def _language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}", text):
        raise InvalidChange([Fault("language", "A language is a tag like en, de or ar.")])
    return text
