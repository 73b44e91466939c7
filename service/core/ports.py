"""What the stories need from outside, as they see it. `service.processes.wiring` hands them the real ones."""

from typing import NewType, Protocol

from service.core.masking import MaskedText
from service.core.verdict import Disguise, Opinion

#: Ciphertext of an address, or of what masks cover: only `adapters.sealing` makes and opens one.
Sealed = NewType("Sealed", str)

#: A keyed fingerprint: equal for equal secrets within one site, and telling nothing else.
Fingerprint = NewType("Fingerprint", str)


def address_context(site: str, comment: str) -> str:
    """Return for what the address of a comment's author is sealed."""
    return f"address {site} {comment}"


def covers_context(site: str, comment: str) -> str:
    """Return for what is sealed what a comment's masks cover."""
    return f"covers {site} {comment}"


class Scorer(Protocol):
    """Gives an opinion on masked text, and never fails: what it cannot judge is Unscored."""

    def score(self, text: MaskedText) -> Opinion: ...

    def without(self, text: MaskedText, *places: tuple[int, int]) -> Opinion:
        """Give the opinion on *text* as if what stands at *places* (begin, end; in order, apart) were not there."""
        ...

    def disguises(self, text: MaskedText) -> tuple[Disguise, ...]:
        """Return where *text* reads otherwise than it looks, in order and apart; none where that fails."""
        ...


class Sealing(Protocol):
    """Seals secrets so that a copy of the data alone does not open them."""

    @property
    def newest(self) -> str:
        """The name of the key that seals."""
        ...

    def seal(self, secret: str, *, context: str) -> Sealed: ...

    def unseal(self, sealed: Sealed, *, context: str) -> str: ...


class Fingerprints(Protocol):
    """Reduces a secret to a keyed fingerprint for one site and one purpose."""

    def of(self, secret: str, *, site: str, purpose: str) -> Fingerprint: ...
