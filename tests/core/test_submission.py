"""The door's parser: bounds, every fault at once, and sentences for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.errors import InvalidSubmission
from service.core.submission import LONGEST_BODY, Submission

GOOD = {
    "thread_url": "https://news.example.org/a",
    "name": "Ana",
    "email": "ana@example.com",
    "body": "Well said.",
}


def parse(**fields: object) -> Submission:
    return Submission.parse({**GOOD, **fields}, require_name_email=True)


def faults(**fields: object) -> dict[str, str]:
    with pytest.raises(InvalidSubmission) as refused:
        parse(**fields)
    return {fault.field: fault.message for fault in refused.value.faults}


def test_a_good_submission_has_its_texts_tidied_and_its_address_hidden_from_print() -> None:
    submission = parse(name="  Ana \n Maria ", body=" one\r\ntwo \x00", website="ana.example.org")
    assert submission.name == "Ana Maria"
    assert submission.body == "one\ntwo \ufffd"
    assert submission.website == "https://ana.example.org"
    assert "ana@example.com" not in repr(submission)
    assert submission.address is not None
    assert submission.address.reveal() == "ana@example.com"


def test_every_fault_is_told_at_once_in_the_forms_order() -> None:
    found = faults(thread_url="", name="", email="not an address", body="  ", website="http://")
    assert list(found) == ["thread_url", "name", "email", "website", "body"]
    assert found["body"] == "Please type your comment text."


def test_no_fault_repeats_what_was_typed() -> None:
    assert "secret" not in " ".join(faults(email="secret@@example", website="secret://x").values())


@pytest.mark.parametrize(
    ("field", "length"),
    [("name", 245), ("email", 254), ("website", 200), ("body", LONGEST_BODY), ("thread_url", 2000)],
)
def test_each_field_has_its_bound(field: str, length: int) -> None:
    assert "too long" in faults(**{field: "x" * (length + 1)})[field]


@pytest.mark.parametrize("value", [7, ["x"], {"a": 1}, True])
def test_what_is_not_text_is_a_fault_not_a_crash(value: object) -> None:
    assert "must be text" in faults(body=value)["body"]


@pytest.mark.parametrize(
    "address",
    ["ana@example.com", "ana+tag@example.co.uk", "jürgen@example.org", "用户@例子.广告", "O'Neil@example.com"],
)
def test_internationalised_addresses_are_welcome(address: str) -> None:
    assert parse(email=address).address is not None


@pytest.mark.parametrize(
    "address", ["ana", "ana@", "@example.com", "ana@localhost", "a b@example.com", "ana@example..com"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    assert "valid email address" in faults(email=address)["email"]


def test_name_and_address_may_be_optional() -> None:
    submission = Submission.parse(GOOD | {"name": "", "email": ""}, require_name_email=False)
    assert submission.name == "Anonymous"
    assert submission.address is None


def test_a_weak_author_key_is_refused() -> None:
    assert "author_key" in faults(author_key="short")


@given(st.dictionaries(st.sampled_from([*GOOD, "website", "parent_id", "author_key", "else"]), st.text(max_size=300)))
def test_any_text_parses_or_is_refused_with_faults(fields: dict[str, str]) -> None:
    try:
        Submission.parse(fields, require_name_email=True)
    except InvalidSubmission as refused:
        assert refused.faults
        assert len({fault.field for fault in refused.faults}) == len(refused.faults)
