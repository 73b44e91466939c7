"""An e-mail address as a type that cannot be printed by accident."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

#: RFC 5321's limit on a path less its two brackets, in characters.
LONGEST = 254


class NotAnAddress(ValueError):
    """Not a valid e-mail address. Never says which."""


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """A valid address. Printing it shows stars; whoever needs it calls `reveal`."""

    _text: str

    def __repr__(self) -> str:
        return "Address(•••)"

    __str__ = __repr__

    @classmethod
    def parse(cls, typed: str) -> "Address":
        """Check the syntax, never the DNS. Raises NotAnAddress."""
        if len(typed) > LONGEST:
            raise NotAnAddress
        try:
            return cls(validate_email(typed, check_deliverability=False).normalized)
        except EmailNotValidError:
            # Without its cause: the library's message repeats what was typed.
            raise NotAnAddress from None

    def reveal(self) -> str:
        """Return the address itself, to seal or to fingerprint it."""
        return self._text

    def folded(self) -> str:
        """Return what two spellings of one mailbox share: case does not tell people apart."""
        return self._text.casefold()
