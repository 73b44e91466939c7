"""Bounds of what a request brings, looked at before anything parses it: parsers have limits of their own, and faults.

A megabyte can take a parser's stack, or seconds of its time: what is counted here is what that depends on.
"""

import json
import re
from typing import Any, Final, NoReturn

from flask import Request, abort, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

#: Levels of arrays and objects in each other.
DEEPEST: Final = 20

#: Values of a JSON document: twice what the largest batch takes.
MOST_VALUES: Final = 50_000

#: Fields of one object: several times what any of ours has.
MOST_KEYS: Final = 100

#: Digits of a number.
LONGEST_NUMBER: Final = 100

#: Fields of a form.
MOST_FIELDS: Final = 1000

#: Fields of a query: one for each thread that is counted, and as many again.
MOST_ASKED: Final = 200

#: Characters of a path: the longest of ours has a site and two ids.
LONGEST_PATH: Final = 1000

#: Bytes before the value of a multipart form's field, which say no more than its name.
LONGEST_FIELD_HEAD: Final = 1000

#: Characters of a form that are written as %XX: the longest comment is of 80,000 bytes.
MOST_ESCAPES: Final = 150_000

#: A string of JSON, also one without an end: whatever a quote begins matches, so that no byte is looked at twice.
_STRING: Final = re.compile(rb'"(?:[^"\\]+|\\.?)*+"?', re.DOTALL)
_LONG_NUMBER: Final = re.compile(rb"[0-9]{%d}" % (LONGEST_NUMBER + 1))
_HEAD_END: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


class TooMuch(ValueError):
    """JSON that is not read, whatever it means; the message says why."""


class _BoundedJson:
    """Reads JSON within bounds, whatever type it says that it is of."""

    @staticmethod
    def loads(data: bytes) -> Any:
        """Parse *data*. Raises ValueError, for one TooMuch."""
        if fault := fault_of_json(data):
            raise TooMuch(fault)
        return json.loads(data, object_pairs_hook=_bounded)


class BoundedRequest(Request):
    """A request that says in a sentence what is wrong with its JSON."""

    @property
    def json_module(self) -> Any:
        """What reads its JSON, whatever Flask gives it for that."""
        return _BoundedJson

    @json_module.setter
    def json_module(self, given: Any) -> None:
        pass

    def on_json_loading_failed(self, e: ValueError | None) -> NoReturn:
        """Refuse a body that is no JSON, or too much of it, or does not say that it is."""
        if e is None:
            raise UnsupportedMediaType("Send it as application/json.")
        raise BadRequest(str(e) if isinstance(e, TooMuch) else "The body is not valid JSON.")


def insist_on_bounds() -> None:
    """Refuse paths, queries and forms whose reading would cost more than they are worth."""
    if len(request.path) > LONGEST_PATH:
        abort(404, "Nothing is found at so long a path.")
    if request.query_string.count(b"&") >= MOST_ASKED:
        abort(400, f"The query is too long: {MOST_ASKED} fields at most.")
    if request.mimetype == "application/x-www-form-urlencoded":
        data = request.get_data()
        if data.count(b"&") >= MOST_FIELDS or data.count(b"%") > MOST_ESCAPES:
            abort(413, f"The form is too long: {MOST_FIELDS:,} fields and {MOST_ESCAPES:,} escaped characters at most.")
    elif request.mimetype == "multipart/form-data" and has_long_head(
        request.get_data(), request.mimetype_params.get("boundary", "")
    ):
        abort(413, f"The head of a field is too long: {LONGEST_FIELD_HEAD:,} bytes at most.")


def has_long_head(data: bytes, boundary: str) -> bool:
    """Whether a field of the multipart form *data* says more of itself than its name."""
    delimiter = b"--" + boundary.encode("latin-1", "replace")
    first, *fields = data.split(delimiter)
    return len(first) > LONGEST_FIELD_HEAD or any(
        len(field) > LONGEST_FIELD_HEAD and not _HEAD_END.search(field, 0, LONGEST_FIELD_HEAD) for field in fields
    )


def _bounded(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_KEYS:
        raise TooMuch(f"The JSON has an object with too many fields: {MOST_KEYS} at most.")
    return dict(pairs)


def fault_of_json(data: bytes) -> str:
    """Return what is wrong with *data*, which no parser should get then; empty when nothing is."""
    if b"\0" in data:
        return "The JSON must be UTF-8, without NUL."
    rest = _STRING.sub(b"", data)
    if sum(rest.count(sign) for sign in (b",", b"[", b"{")) > MOST_VALUES:
        return f"The JSON has too many values: {MOST_VALUES:,} at most."
    if _LONG_NUMBER.search(rest):
        return f"The JSON has a number that is too long: {LONGEST_NUMBER} digits at most."
    if not _closes(rest.translate(None, _NO_BRACKETS)):
        return f"The JSON is nested too deeply, {DEEPEST} levels at most, or its brackets do not close."
    return ""


def _closes(brackets: bytes) -> bool:
    """Whether *brackets* pair up within the levels allowed: each round takes the innermost away."""
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return True
    return False
