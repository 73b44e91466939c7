"""Which program asks: the API token of a request."""

from flask import request

from service.core.errors import NotSignedIn
from service.core.people import Member
from service.web.context import parley


def bearer() -> Member:
    """Return whose API token the request carries. Raises NotSignedIn."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn("Send an API token: Authorization: Bearer …")
    return parley().access.bearer(token.strip())
