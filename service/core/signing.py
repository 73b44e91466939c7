"""Signing webhooks as the Standard Webhooks specification 1.0.0 says: HMAC-SHA-256 over id, timestamp and body."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Final

_PREFIX: Final = "whsec_"


def new_secret(entropy: bytes) -> str:
    """Return a signing secret made of *entropy*, 24 to 64 random bytes."""
    if not 24 <= len(entropy) <= 64:
        raise ValueError("a signing secret has 24 to 64 bytes")
    return _PREFIX + b64encode(entropy).decode()


def sign(secrets: Sequence[str], *, id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`: one signature for each secret, with exactly one space between.

    *timestamp* is this attempt's, in seconds since the epoch; *id* holds no dot.
    """
    content = f"{id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signature(secret, content)}" for secret in secrets)


def _signature(secret: str, content: bytes) -> str:
    key = b64decode(secret.removeprefix(_PREFIX))
    return b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
