"""Every route with something there: what it takes to ask each of them, as a stranger, a program or a person."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask.testing import FlaskClient
from werkzeug.routing import Rule

from service.core.endpoint import EndpointChange
from service.core.people import OPERATOR, Role
from service.processes.wiring import Wiring

SITE: Final = "demo"
DOOR: Final = f"/v1/sites/{SITE}/comments"
PAGE: Final = "http://localhost/demo"
PASSWORD: Final = "correct horse battery"
TYPED: Final = {"thread_url": PAGE, "name": "Ana", "email": "ana@example.com"}


@dataclass(frozen=True)
class Routes:
    """A site with one of each thing, and the paths of *client*'s application that lead to them."""

    client: FlaskClient
    held: str
    author_token: str
    bearer: dict[str, str]
    things: dict[str, str]

    @classmethod
    def of(cls, client: FlaskClient, wiring: Wiring) -> "Routes":
        """Make the things: comments, a batch, an endpoint with a delivery, a note about an author, an invitation."""
        bearer = {"Authorization": f"Bearer {wiring.access.add_token('Robot', Role.OWNER, site=SITE)}"}
        bodies = ("A fine article about the tram.", "You are a stupid idiot, a moron.", "You idiot, go away, moron.")
        shown, held, other = (client.post(DOOR, json={**TYPED, "body": body}).json for body in bodies)
        picked = {"comments": [{"id": other["id"], "version": 1}], "outcome": "rejected"}
        batch = client.post(f"/v1/sites/{SITE}/batches", json=picked, headers=bearer).json["id"]
        endpoint, _ = wiring.webhooks.add(SITE, EndpointChange.parse({"url": "https://a.example/"}), member=OPERATOR)
        petra = wiring.access.join(wiring.access.invite(Role.OWNER), name="Petra", password=PASSWORD)
        things = {
            "site": SITE,
            "comment": held["id"],
            "published": shown["id"],
            "batch": batch,
            "endpoint": endpoint.id,
            "event": wiring.webhooks.test(SITE, endpoint.id, member=OPERATOR),
            "identity": wiring.queue.find(SITE, held["id"]).author.identity,
            "invitation": wiring.access.invite(Role.MODERATOR),
            "reset": wiring.access.offer_reset(petra.name),
            "handle": "0" * 16,
            "name": "parley.js",
            "filename": "page.css",
        }
        return cls(client, held["id"], held["token"], bearer, things)

    def rules(self, method: str) -> Iterator[tuple[Rule, str]]:
        """Yield each route that takes *method*, with a path that leads to something."""
        for rule in self.client.application.url_map.iter_rules():
            if method in (rule.methods or ()):
                yield rule, self.path(rule)

    def path(self, rule: Rule) -> str:
        """Return a path of *rule*, to what is there."""
        kinds = {"batches": "batch", "endpoints": "endpoint", "webhooks": "endpoint", "report": "published"}
        what = next((kind for part, kind in kinds.items() if f"/{part}" in rule.rule), "comment")
        link = "reset" if "/resets" in rule.rule else "invitation"
        things = {**self.things, "id": self.things[what], "secret": self.things[link]}
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: things[part[1]], rule.rule)

    def query(self, rule: Rule) -> dict[str, Any]:
        """Return what *rule* must be asked with."""
        is_thread = rule.endpoint in ("threads.list_comments", "threads.count_comments") or "embed" in rule.endpoint
        return {"thread_url": PAGE} if is_thread else {}

    def sign_in(self, wiring: Wiring) -> FlaskClient:
        """Return another client of the application, that sits at the desk as an owner."""
        client: FlaskClient = self.client.application.test_client()
        link = wiring.invitation(Role.OWNER).removeprefix(wiring.url.rstrip("/"))
        token = re.search(r'name="csrf_token" value="([^"]*)"', client.get(link).text)
        assert token
        typed = {"name": "Olga", "password": PASSWORD, "csrf_token": token[1]}
        assert client.post(link, data=typed).status_code == 303
        return client
