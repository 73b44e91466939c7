"""An address is a claim: what a stranger is answered does not depend on which one is typed.

Whoever guesses learns nothing about the one who has it, and locks nobody out.
"""

import secrets
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from service.core.acts import Deed, Entry
from service.core.comment import Actor, Mark
from service.core.masking import mask
from service.processes.wiring import Wiring
from service.store.acts import Acts
from tests.web.test_api import DOOR, PAGE

KNOWN, STRANGE = "ana@example.com", "nobody@example.com"
SAFE = "The night tram is a good idea, thank you."
HARSH = "You are an idiot and everybody hates you."


class Newsroom:
    """A site at which Ana, from her own network and browser, has a past."""

    def __init__(self, client: FlaskClient, wiring: Wiring) -> None:
        self.client, self.wiring, self.key = client, wiring, secrets.token_urlsafe(24)

    def post(self, body: str, *, email: str, network: str, key: str = "") -> tuple[object, ...]:
        """Post as a program; return all of the answer but what is new in each."""
        typed = {"thread_url": PAGE, "name": "Ana", "email": email, "body": body}
        answer = self.client.post(
            DOOR,
            json=typed | ({"author_key": key} if key else {}),
            environ_overrides={"REMOTE_ADDR": network},
        )
        said = answer.json or {}
        kept = {name: value for name, value in said.items() if name not in ("id", "token", "created_at")}
        # How long to wait counts down while the test runs.
        new = ("X-Request-ID", "Content-Length", "Retry-After")
        headers = {name: value for name, value in answer.headers if name not in new}
        return answer.status, kept, headers

    def ana_posts(self, count: int = 1, body: str = "Ana was here") -> None:
        """Let Ana post with her key, as often as she may."""
        for n in range(count):
            assert self.post(f"{body}, {n}.", email=KNOWN, network="192.0.2.1", key=self.key)[0][:3] in ("201", "202")

    def mark(self, mark: Mark) -> None:
        """Let a moderator mark Ana by her address."""
        fingerprint = self.wiring.fingerprints.of(KNOWN, site="demo", purpose="address")
        entry = Entry("act_1", Deed.BLOCK, Actor("m_1", "Ben"), fingerprint, "", mask("").text)
        Acts(self.wiring.connection).mark("demo", entry, mark, known_as="")


PASTS: dict[str, Callable[[Newsroom], None]] = {
    "posted once": Newsroom.ana_posts,
    "posted as fast as one may": lambda here: here.ana_posts(10),
    "said the same": lambda here: here.ana_posts(1, SAFE[:-1]),
    "was blocked": lambda here: here.mark(Mark.BLOCK),
    "was muted": lambda here: here.mark(Mark.MUTE),
    "was trusted": lambda here: here.mark(Mark.TRUST),
}


@pytest.fixture(params=["newcomers wait", "newcomers are published"])
def newsroom(client: FlaskClient, wiring: Wiring, request: pytest.FixtureRequest) -> Newsroom:
    waits = str(request.param == "newcomers wait").lower()
    wiring.sites.change("demo", {"hold_newcomers": waits, "comments_per_minute": "1", "comments_burst": "10"})
    return Newsroom(client, wiring)


@pytest.mark.parametrize("past", PASTS)
@pytest.mark.parametrize("body", [SAFE, HARSH])
def test_a_stranger_is_answered_alike_whatever_address_is_typed(newsroom: Newsroom, past: str, body: str) -> None:
    PASTS[past](newsroom)
    guessed = [newsroom.post(f"{body} {n}", email=KNOWN, network="198.51.100.7") for n in range(11)]
    unknown = [newsroom.post(f"{body} ({n})", email=STRANGE, network="198.51.100.8") for n in range(11)]
    assert guessed == unknown
    assert guessed[-1][0] == "429 TOO MANY REQUESTS"


def test_nobody_is_locked_out_by_whoever_types_their_address(newsroom: Newsroom) -> None:
    for network in ("198.51.100.7", "198.51.100.8"):
        for n in range(10):
            newsroom.post(f"In Ana’s name {n} from {network}.", email=KNOWN, network=network)
    newsroom.ana_posts(10)
