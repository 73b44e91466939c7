"""The two keys: one seals addresses and secrets, one fingerprints them.

Sealing is AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the context is authenticated, so that what was
sealed for one comment does not open as another's. The newest key of the ring seals, every one of them opens. A
fingerprint is HMAC-SHA-256 (RFC 2104) over purpose, site and secret: equal within a site, unlinkable between sites.
"""

import hashlib
import hmac
import os
from base64 import b32encode, b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.core.errors import NotOpened, StartRefused
from service.core.ports import Fingerprint, Sealed

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_ID_BYTES: Final = 4


class KeyRing:
    """Seals with the newest of its keys and opens with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._newest = _key_id(keys[0])

    @property
    def newest(self) -> str:
        """The name of the key that seals, which tells nothing of it."""
        return self._newest.hex()

    def seal(self, secret: str, *, context: str) -> Sealed:
        """Return *secret* so that only this ring, for this *context*, opens it."""
        nonce = os.urandom(_NONCE_BYTES)
        ciphertext = self._ciphers[self._newest].encrypt(nonce, secret.encode(), context.encode())
        return Sealed(b64encode(self._newest + nonce + ciphertext).decode())

    def unseal(self, sealed: Sealed, *, context: str) -> str:
        """Return what was sealed for *context*. Raises NotOpened."""
        try:
            raw = b64decode(sealed, validate=True)
            cipher = self._ciphers[raw[:_ID_BYTES]]
            nonce, ciphertext = raw[_ID_BYTES : _ID_BYTES + _NONCE_BYTES], raw[_ID_BYTES + _NONCE_BYTES :]
            return cipher.decrypt(nonce, ciphertext, context.encode()).decode()
        except (NotBase64, KeyError, InvalidTag, ValueError) as error:
            raise NotOpened from error


class FingerprintKey:
    """Reduces secrets to keyed fingerprints."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, secret: str, *, site: str, purpose: str) -> Fingerprint:
        """Return the fingerprint of *secret*: 128 bits in base 32."""
        message = "\0".join((purpose, site, secret)).encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._key, message, hashlib.sha256)[:16]
        return Fingerprint(b32encode(digest).decode().rstrip("=").lower())


def derive(key: bytes, *, purpose: str) -> bytes:
    """Return another key for *purpose*, from which *key* cannot be told."""
    return hmac.digest(key, f"derive:{purpose}".encode(), hashlib.sha256)


def key_from(text: str, *, setting: str) -> bytes:
    """Return the key that a setting holds. Raises StartRefused."""
    try:
        key = b64decode(text.strip(), validate=True)
    except NotBase64:
        key = b""
    if len(key) != KEY_BYTES:
        raise StartRefused(f"{setting} must be {KEY_BYTES} random bytes in base64: openssl rand -base64 {KEY_BYTES}")
    return key


def key_in(file: Path) -> bytes:
    """Return the key in *file*; make the file, readable by its owner alone, where there is none. Raises
    StartRefused."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _read(file) or _make(file)
    except OSError as error:
        raise StartRefused(f"The key file {file} can be neither read nor made: {error.strerror}.") from error


def _read(file: Path) -> bytes | None:
    return key_from(file.read_text("ascii"), setting=str(file)) if file.exists() else None


def _make(file: Path) -> bytes:
    # Written whole, then linked: of two processes that start together one wins, and both read the same key.
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as out:
            out.write(b64encode(os.urandom(KEY_BYTES)).decode() + "\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return key_from(file.read_text("ascii"), setting=str(file))


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"key id" + key).digest()[:_ID_BYTES]
