"""The moderators' queue by API: lists, orders, filters, the next comment by lease, hand-ons and rules."""

from concurrent.futures import ThreadPoolExecutor

from flask.testing import FlaskClient

from service.core.people import Role
from service.processes.wiring import Wiring

SITE = "/v1/sites/demo"
RUDE = "What a pack of idiots, every single one of you."
FOREIGN = "Это комментарий на русском языке, который никто здесь не понимает."


def post(client: FlaskClient, body: str, *, name: str = "Ana") -> str:
    comment = {"thread_url": "https://example.org/a", "name": name, "email": f"{name}@example.com", "body": body}
    receipt = client.post(f"{SITE}/comments", json=comment)
    assert receipt.status_code == 202, receipt.text
    return str(receipt.json["id"])


def ids(client: FlaskClient, bearer: dict[str, str], **query: str) -> list[str]:
    return [item["id"] for item in client.get(f"{SITE}/queue", query_string=query, headers=bearer).json["items"]]


def test_lists_orders_and_filters_are_a_query(client: FlaskClient, bearer: dict[str, str]) -> None:
    rude, foreign, links = (
        post(client, RUDE),
        post(client, FOREIGN, name="Ivan"),
        post(client, "See https://a.example and https://b.example and https://c.example for more.", name="Ben"),
    )
    assert ids(client, bearer)[0] == rude
    assert ids(client, bearer, sort="oldest") == [rude, foreign, links]
    assert ids(client, bearer, list="unscored") == [foreign]
    assert ids(client, bearer, reason="links") == [links]
    assert ids(client, bearer, words="IDIOTS pack") == [rude]
    assert ids(client, bearer, author_of=links) == [links]
    assert ids(client, bearer, thread_url="https://example.org/b") == []
    wrong = client.get(f"{SITE}/queue", query_string={"list": "nowhere"}, headers=bearer)
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "list")


def test_counts_are_told_for_each_list_and_reason(client: FlaskClient, bearer: dict[str, str]) -> None:
    post(client, RUDE)
    post(client, FOREIGN, name="Ivan")
    counts = client.get(f"{SITE}/queue/counts", headers=bearer).json
    assert (counts["lists"]["waiting"], counts["lists"]["unscored"], counts["reasons"]["toxic"]) == (2, 1, 1)
    assert counts["oldest"]
    assert client.get(f"{SITE}/queue/counts").status_code == 401


def test_ten_tokens_at_once_take_ten_different_comments(client: FlaskClient, wiring: Wiring) -> None:
    expected = {post(client, f"{RUDE} {n}", name=f"N{n}") for n in range(10)}
    tokens = [wiring.access.add_token(f"Robot {n}", Role.MODERATOR, site="demo") for n in range(11)]
    app = client.application

    def take(token: str) -> str:
        answer = app.test_client().post(f"{SITE}/queue/next", json={}, headers={"Authorization": f"Bearer {token}"})
        return str(answer.json["comment"]["id"]) if answer.status_code == 200 else ""

    with ThreadPoolExecutor(10) as pool:
        taken = list(pool.map(take, tokens[:10]))
    assert set(taken) == expected
    assert take(tokens[10]) == ""


def test_a_taken_comment_is_decided_by_its_lease_or_given_back(
    client: FlaskClient, bearer: dict[str, str], wiring: Wiring
) -> None:
    id = post(client, RUDE)
    taken = client.post(f"{SITE}/queue/next", json={"reason": "toxic"}, headers=bearer).json
    assert taken["comment"]["id"] == id
    other = {"Authorization": f"Bearer {wiring.access.add_token('Other', Role.MODERATOR, site='demo')}"}
    assert client.post(f"{SITE}/queue/next", json={}, headers=other).status_code == 204
    assert (
        client.post(f"{SITE}/comments/{id}/give-back", json={"lease": taken["lease"]}, headers=bearer).status_code
        == 204
    )
    again = client.post(f"{SITE}/queue/next", json={}, headers=other).json
    decision = {"outcome": "rejected", "rule": "Personal attack", "lease": taken["lease"]}
    late = client.post(f"{SITE}/comments/{id}/decisions", json=decision, headers=bearer)
    assert late.status_code == 409
    made = client.post(f"{SITE}/comments/{id}/decisions", json=decision | {"lease": again["lease"]}, headers=other)
    assert (made.status_code, made.json["rule"], made.json["outcome"]) == (201, "Personal attack", "rejected")


def test_a_comment_is_handed_on_as_it_stands(client: FlaskClient, bearer: dict[str, str]) -> None:
    id = post(client, RUDE)
    made = client.post(f"{SITE}/comments/{id}/decisions", json={"outcome": "escalated"}, headers=bearer).json
    assert (made["outcome"], made["reasons"]) == ("held", ["escalated"])
    assert ids(client, bearer) == []
    assert ids(client, bearer, list="escalated") == [id]
