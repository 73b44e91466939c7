"""What owners and moderators write for others to read: names, rules, texts, a webhook's URL. No address may be in it.

What they write about a comment is masked, like the comment. These are refused instead, so that their writer knows.
"""

from service.core.masking import holds_address


def address_in(text: str, *, what: str) -> str:
    """Return what to say of an e-mail address in *text*, which is *what* (as "A site’s name"); empty where there is
    none."""
    return f"{what} is shown to others: leave the e-mail address out of it." if holds_address(text) else ""
