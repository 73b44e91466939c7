"""Which comments a program asks for: one way to say it, for a page of a list, the next comment and a batch."""

from service.core.errors import Fault, InvalidChange
from service.core.listing import View
from service.core.people import Member, Role
from service.web.context import parley
from service.web.schemas import Sought
from service.web.threads import key_asked


def view_asked(site: str, wanted: Sought, member: Member) -> View:
    """Return the view that a query or a body asks for. Raises InvalidChange, NotFound."""
    thread = key_asked(site, wanted) if wanted.thread_url or wanted.thread_id else ""
    author = _author_of(site, wanted.author_of, member) if wanted.author_of else ""
    return View(wanted.list, wanted.sort, wanted.reason, author, thread, wanted.words)


def _author_of(site: str, comment: str, member: Member) -> str:
    """Return who wrote *comment*. Raises InvalidChange for one whose author nobody could know again."""
    member.require(Role.MODERATOR, site)
    author = parley().queue.find(site, comment).author.identity
    if not author:
        # An empty author would be no filter at all.
        raise InvalidChange([Fault("author_of", "Nothing is known of this comment’s author.")])
    return author
