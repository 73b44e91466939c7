"""What is counted before JSON is parsed: whatever parses and is no monster goes on, whatever is deep does not."""

import json

from hypothesis import given
from hypothesis import strategies as st

from service.core.batch import LARGEST
from service.web.payloads import DEEPEST, LONGEST_FIELD_HEAD, fault_of_json, has_long_head

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


def test_a_multipart_form_has_short_heads_and_long_texts() -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="body"\r\n\r\n'
    for text in (b"x" * 900_000, b"\r\n" * 400_000, b"\r\n--" * 200_000, b"--a" * 300_000):
        assert not has_long_head(head + text + b"\r\n--b--\r\n", "b")
    for long in (b"a" * LONGEST_FIELD_HEAD, b"A: b\r\n" * 200, b'; name="' + b'\\"' * 1000):
        assert has_long_head(b"--b\r\nContent-Disposition: form-data" + long + b"\r\n\r\nx\r\n--b--", "b")
        assert has_long_head(long * 2 + head, "b")
