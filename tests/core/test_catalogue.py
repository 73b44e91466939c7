"""The catalogue says what is sent: every type has schemas, and they are schemas."""

import pytest
from jsonschema import Draft202012Validator, ValidationError

from service.core.catalogue import MEANINGS, catalogue, schema
from service.core.events import Event, EventType

COMMENT = {"site": "news", "comment": {"id": "c_1"}, "outcome": "held"}


def test_every_type_is_in_the_catalogue_with_valid_schemas() -> None:
    listed = catalogue()
    assert [each["type"] for each in listed["events"]] == [kind.value for kind in EventType]
    assert set(MEANINGS) == set(EventType)
    for each in listed["events"]:
        Draft202012Validator.check_schema(each["schema"])
        Draft202012Validator.check_schema(each["thin_schema"])


def test_a_schema_refuses_what_is_not_sent() -> None:
    message = Event("evt_1", EventType.HELD, "news", "c_1", 1, 0, 0, COMMENT).message(is_thin=True)
    thin = Draft202012Validator(schema(EventType.HELD, is_thin=True))
    thin.validate(message)
    with pytest.raises(ValidationError):
        Draft202012Validator(schema(EventType.HELD)).validate(message)
    for field in ("type", "version", "timestamp", "data"):
        with pytest.raises(ValidationError):
            thin.validate({name: value for name, value in message.items() if name != field})
    with pytest.raises(ValidationError):
        thin.validate(message | {"type": "comment.published"})
