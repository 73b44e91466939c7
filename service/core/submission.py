"""What a reader typed, parsed at the door: the bounds of every field, and every fault at once, in words.

A `Submission` is raw. It lives inside one request, holds the address in clear, and is never stored or logged.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from service.core.address import LONGEST as LONGEST_ADDRESS
from service.core.address import Address, NotAnAddress
from service.core.errors import Fault, InvalidSubmission
from service.core.names import public
from service.core.thread import LONGEST_URL, NotAPage, canonical

#: A comment's longest text in code points; with the form's other fields it stays below the web server's bound.
LONGEST_BODY = 65_525

#: Characters that each field of a submission may have.
LONGEST: Final = {
    "thread_url": LONGEST_URL,
    "thread_id": 200,
    "thread_title": 300,
    "name": 245,
    "email": LONGEST_ADDRESS,
    "website": 200,
    "body": LONGEST_BODY,
    "parent_id": 40,
    "author_key": 128,
}

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _text(value: object) -> object:
    """Tidy what every writer's machine does differently; an absent value is an empty one."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    return _UNPRINTABLE.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _line(value: object) -> object:
    value = _text(value)
    return " ".join(value.split()) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_text)]
Line = Annotated[str, BeforeValidator(_line)]

#: What was typed has a bound, before anything is done to it.
Name = Annotated[str, Field(max_length=LONGEST["name"]), BeforeValidator(_line), AfterValidator(public)]


class SubmissionForm(BaseModel):
    """The fields of a submission as they travel, in JSON or in a form."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    thread_url: Line = Field(
        "",
        max_length=LONGEST["thread_url"],
        description="The page that the comment belongs to. Addresses in it are dropped, or shown masked.",
    )
    thread_id: Line = Field(
        "", max_length=LONGEST["thread_id"], description="The site’s own name for the page, instead of its URL."
    )
    thread_title: Line = Field(
        "", max_length=LONGEST["thread_title"], description="The page’s title, for the moderators."
    )
    name: Name = Field("", description="The author’s public name. What nobody sees in it is left out.")
    email: Line = Field("", max_length=LONGEST["email"], description="The author’s address. It is sealed, never shown.")
    website: Line = Field("", max_length=LONGEST["website"], description="The author’s website.")
    body: Text = Field("", max_length=LONGEST["body"], description="The comment.")
    parent_id: Line = Field("", max_length=LONGEST["parent_id"], description="The comment that this one replies to.")
    author_key: Line = Field(
        "",
        max_length=LONGEST["author_key"],
        pattern=r"^([A-Za-z0-9_-]{22,128})?$",
        description="128 random bits or more that this browser keeps: earlier approvals count for it.",
    )


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission without faults. Its text may still hold addresses: `masking` hides them next."""

    thread_url: str
    thread_id: str
    thread_title: str
    name: str
    address: Address | None
    website: str
    body: str
    parent_id: str
    author_key: str

    @classmethod
    def parse(cls, payload: Mapping[str, Any], *, require_name_email: bool) -> "Submission":
        """Check *payload*. Raises InvalidSubmission with every fault."""
        try:
            form = SubmissionForm.model_validate(dict(payload))
        except ValidationError as error:
            faults = [_fault(detail) for detail in error.errors(include_input=False, include_url=False)]
            form = _without(payload, {fault.field for fault in faults})
        else:
            faults = []
        checks = _Checks({fault.field for fault in faults}, faults)
        checks.required(form, require_name_email=require_name_email)
        submission = cls(
            thread_url=checks.of("thread_url", form.thread_url, canonical),
            thread_id=form.thread_id,
            thread_title=form.thread_title,
            name=form.name or "Anonymous",
            address=checks.of("email", form.email, Address.parse) or None,
            website=checks.of("website", form.website, website),
            body=form.body,
            parent_id=form.parent_id,
            author_key=form.author_key,
        )
        if faults:
            raise InvalidSubmission(sorted(faults, key=lambda fault: _ORDER.index(fault.field)))
        return submission


def website(typed: str) -> str:
    """Return *typed* as an http or https URL. Raises ValueError with a sentence."""
    url = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or " " in url or parts.scheme.lower() not in ("http", "https") or "." not in host.strip("."):
        raise ValueError("Please enter a valid web address, like https://example.org, or leave it empty.")
    return url


_ORDER = tuple(SubmissionForm.model_fields)

_NAMES = {
    "thread_url": "The page’s address",
    "thread_id": "The page’s id",
    "thread_title": "The page’s title",
    "name": "Your name",
    "email": "Your email address",
    "website": "Your website",
    "body": "Your comment",
    "parent_id": "The id of the comment you reply to",
    "author_key": "The author key",
}


@dataclass(frozen=True, slots=True)
class _Checks:
    """Collects faults, at most one a field."""

    failed: set[str]
    faults: list[Fault]

    def add(self, field: str, message: str, key: str = "") -> None:
        if field not in self.failed:
            self.failed.add(field)
            self.faults.append(Fault(field, message, key))

    def required(self, form: SubmissionForm, *, require_name_email: bool) -> None:
        if not form.thread_url and not form.thread_id:
            self.add("thread_url", "Please say which page the comment belongs to: thread_url or thread_id.")
        if not form.body:
            self.add("body", "Please type your comment text.", "body_missing")
        if require_name_email and not form.name:
            self.add("name", "Please enter your name.", "name_missing")
        if require_name_email and not form.email:
            self.add("email", "Please enter your email address. It will not be published.", "email_missing")

    def of(self, field: str, typed: str, parse: Any) -> Any:
        """Parse one field that may be empty; its fault is collected."""
        if not typed or field in self.failed:
            return ""
        try:
            return parse(typed)
        except NotAnAddress:
            self.add(field, "Please enter a valid email address, like name@example.com.", "email_invalid")
        except (NotAPage, ValueError) as error:
            self.add(field, str(error), "website_invalid" if field == "website" else "")
        return ""


def _fault(detail: ErrorDetails) -> Fault:
    field = str(detail["loc"][0])
    name = _NAMES[field]
    if detail["type"] == "string_too_long":
        limit = detail["ctx"]["max_length"]
        return Fault(field, f"{name} is too long: at most {limit:,} characters.", "too_long", limit)
    if detail["type"] == "string_type":
        return Fault(field, f"{name} must be text.")
    return Fault(field, f"{name} is not valid.")


def _without(payload: Mapping[str, Any], fields: set[str]) -> SubmissionForm:
    return SubmissionForm.model_validate({name: value for name, value in payload.items() if name not in fields})
