"""Names for things: a kind, then a time, then chance, so that ids sort by age and cannot be guessed.

The time is only for sorting; nothing compares it with a stored one.
"""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # pragma: allowlist secret - Crockford's base 32: no i, l, o, u
ENTROPY_BYTES = 10


def new_id(kind: str, *, now: float, entropy: bytes) -> str:
    """Return `kind_` and 26 characters: 48 bits of *now* (seconds since the epoch) in ms and 80 bits of *entropy*."""
    number = int(now * 1000) << 80 | int.from_bytes(entropy[:ENTROPY_BYTES], "big")
    return f"{kind}_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
