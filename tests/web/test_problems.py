"""Every no has its answer: one row for each kind of error, and of what no row tells only that it was our fault."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest
import redis
from cryptography.exceptions import InvalidTag
from flask.testing import FlaskClient

import service
from service.adapters.ssrf_guard import AddressRefused
from service.core import errors
from service.core.comment import POLICY, Decision, Lease, Outcome
from service.core.errors import Fault, ParleyError
from service.web.problems import TABLE, UNANSWERED
from tests.web.test_pages import BROWSER

#: How those are made that carry more than a sentence, or say their own.
MADE: dict[type[ParleyError], Callable[[], ParleyError]] = {
    errors.InvalidSubmission: lambda: errors.InvalidSubmission([Fault("name", "Give a name.")]),
    errors.InvalidChange: lambda: errors.InvalidChange([Fault("name", "Give a name.")]),
    errors.TooFast: lambda: errors.TooFast(7),
    errors.InvitationOver: lambda: errors.InvitationOver(was_used=True),
    errors.NotFound: lambda: errors.NotFound("comment", "c_1"),
    errors.Superseded: lambda: errors.Superseded(Decision(Outcome.SPAM, POLICY)),
    errors.Leased: lambda: errors.Leased(Lease("c_1", POLICY, "", 0)),
    errors.Unavailable: lambda: errors.Unavailable("Redis", "it does not answer."),
    AddressRefused: AddressRefused,
}


def kinds(parent: type[ParleyError] = ParleyError) -> Iterator[type[ParleyError]]:
    """Yield every kind of error that there is anywhere in the service."""
    for module in pkgutil.walk_packages(service.__path__, "service."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    yield parent
    for child in parent.__subclasses__():
        yield from kinds(child)


def raising(client: FlaskClient, error: BaseException, headers: dict[str, str]) -> Any:
    def view() -> NoReturn:
        raise error

    application: Any = client.application
    application.view_functions["health.healthz"] = view
    return client.get("/healthz", headers=headers)


def test_every_kind_of_error_has_a_row_or_a_reason_for_none() -> None:
    for kind in kinds():
        rows = [each for each in kind.__mro__ if each in TABLE]
        reasons = [each for each in kind.__mro__ if each in UNANSWERED]
        assert rows or reasons, kind
        # A kind that is answered has a row nearer than any reason, and no reason of its own.
        assert not (kind in TABLE and kind in UNANSWERED), kind
    assert all(reason.endswith(".") for reason in UNANSWERED.values())


def test_every_row_is_answered_in_both_forms(client: FlaskClient) -> None:
    for kind, (status, title) in TABLE.items():
        error = MADE[kind]() if kind in MADE else kind() if kind.__init__ is not ParleyError.__init__ else kind("A no.")
        problem = raising(client, error, {})
        assert (problem.status_code, problem.mimetype) == (status, "application/problem+json"), kind
        assert (problem.json["title"], problem.json["detail"]) == (title, str(error))
        assert problem.json["type"] == f"urn:parley:{kind.__name__}"
        page = raising(client, error, BROWSER)
        assert (page.status_code, page.mimetype) == (status, "text/html")


SECRET = "/secret/path of a library"


@pytest.mark.parametrize(
    "error",
    [
        ValueError(SECRET),
        KeyError(SECRET),
        AssertionError(SECRET),
        RuntimeError(SECRET),
        StopIteration(SECRET),
        RecursionError(SECRET),
        OSError(28, SECRET, SECRET),
        UnicodeDecodeError("utf-8", b"x", 0, 1, SECRET),
        redis.ResponseError(SECRET),
        redis.ConnectionError(SECRET),
        InvalidTag(SECRET),
        ParleyError(SECRET),
        errors.Refused(SECRET),
        errors.StartRefused(SECRET),
        AddressRefused(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_fault_of_ours_is_told_without_its_words(client: FlaskClient, error: BaseException) -> None:
    for headers in ({}, BROWSER):
        answer = raising(client, error, headers)
        assert answer.status_code == 500
        assert "Something went wrong on our side." in answer.text
        for word in (SECRET, "secret", "Traceback", "not allowed", ".py", type(error).__name__):
            assert word not in answer.text


def test_what_does_not_open_says_what_to_do(client: FlaskClient) -> None:
    answer = raising(client, errors.NotOpened(), {})
    assert (answer.status_code, answer.json["type"]) == (503, "urn:parley:NotOpened")
    assert "SEALING_KEYS" in answer.json["detail"]
