"""What is sealed opens for its context and its keys alone, and the files of the keys for their owner."""

from base64 import b64decode, b64encode
from pathlib import Path
from stat import S_IMODE

import pytest

from service.adapters.sealing import KEY_BYTES, FingerprintKey, KeyRing, key_in
from service.core.errors import NotOpened, StartRefused
from service.core.ports import Sealed

OLD, NEW = b"o" * KEY_BYTES, b"n" * KEY_BYTES


def test_what_was_changed_or_moved_does_not_open() -> None:
    ring = KeyRing([NEW])
    sealed = ring.seal("ana@example.com", context="demo c_1")
    assert ring.unseal(sealed, context="demo c_1") == "ana@example.com"
    assert ring.seal("ana@example.com", context="demo c_1") != sealed
    raw = b64decode(sealed)
    changed = [b64encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]).decode() for at in range(len(raw))]
    for other in (*changed, sealed[:-8], "", "?", sealed[:24]):
        with pytest.raises(NotOpened):
            ring.unseal(Sealed(other), context="demo c_1")
    with pytest.raises(NotOpened):
        ring.unseal(sealed, context="demo c_2")


def test_the_newest_key_seals_and_an_older_one_opens_what_it_sealed() -> None:
    before = KeyRing([OLD]).seal("secret", context="here")
    ring = KeyRing([NEW, OLD])
    assert ring.unseal(before, context="here") == "secret"
    after = ring.seal("secret", context="here")
    assert KeyRing([NEW]).unseal(after, context="here") == "secret"
    with pytest.raises(NotOpened):
        KeyRing([OLD]).unseal(after, context="here")


def test_a_fingerprint_tells_sites_purposes_and_keys_apart() -> None:
    places = [(site, purpose) for site in ("demo", "news") for purpose in ("author", "network")]
    prints = {
        FingerprintKey(key).of("ana", site=site, purpose=purpose) for key in (OLD, NEW) for site, purpose in places
    }
    assert len(prints) == 8
    assert {len(each) for each in prints} == {26}


def test_a_key_is_made_once_of_chance_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first, second = tmp_path / "keys" / "sealing", tmp_path / "keys" / "fingerprint"
    made = key_in(first)
    assert (len(made), key_in(first), key_in(second) != made) == (KEY_BYTES, made, True)
    assert [S_IMODE(path.stat().st_mode) for path in (first.parent, first, second)] == [0o700, 0o600, 0o600]
    assert sorted(path.name for path in first.parent.iterdir()) == ["fingerprint", "sealing"]
    first.write_text("too short")
    with pytest.raises(StartRefused, match="32 random bytes"):
        key_in(first)
