"""What is counted before JSON is parsed: whatever parses and is no monster goes on, whatever is deep does not."""

import json

from hypothesis import given
from hypothesis import strategies as st

from service.core.batch import LARGEST
from service.web.payloads import DEEPEST, fault_of_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**90), 10**90) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=DEEPEST // 2,
)


@given(value=VALUES, is_ascii=st.booleans())
def test_json_of_usual_depth_goes_on_whatever_its_strings_hold(*, value: object, is_ascii: bool) -> None:
    assert fault_of_json(json.dumps(value, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")) == ""


@given(text=st.text(), levels=st.integers(DEEPEST + 1, DEEPEST * 3), as_object=st.booleans())
def test_json_that_is_too_deep_does_not(*, text: str, levels: int, as_object: bool) -> None:
    value: object = text
    for _ in range(levels):
        value = {text: value} if as_object else [text, value]
    assert "too deeply" in fault_of_json(json.dumps(value).encode())


@given(st.text('"\\[]{},:1 a\0', max_size=30))
def test_what_goes_on_is_no_deeper_for_a_parser(text: str) -> None:
    if fault_of_json(text.encode()) == "":
        try:
            value = json.loads(text)
        except ValueError:
            return
        assert depth(value) <= DEEPEST


def depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def test_the_largest_batch_goes_on_and_twice_as_much_does_not() -> None:
    pick = {"id": "c_" + "0" * 26, "version": 1}
    assert fault_of_json(json.dumps({"comments": [pick] * LARGEST}).encode()) == ""
    assert "too many values" in fault_of_json(json.dumps({"comments": [pick] * 2 * LARGEST}).encode())
