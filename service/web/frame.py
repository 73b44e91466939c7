"""The desk's frame around each of its pages: who sits there, the sites they see, and what just happened."""

from service.core.errors import NotFound
from service.core.listing import Listing
from service.core.people import Member
from service.core.site import Site
from service.web import session as desk_session
from service.web.context import parley
from service.web.desk_shown import DeskShown, flashes


def sites_of(member: Member) -> list[Site]:
    """Return the sites that *member* sees, by id. Raises NotFound when there are none."""
    sites = [each for each in parley().registry.sites() if member.sees(each.id)]
    if not sites:
        raise NotFound("site", said="There is no site yet. `python -m service site add` makes one.")
    return sites


def frame(member: Member, site: str) -> DeskShown:
    """Return the desk of *member* before *site*, or before all of them for "". What just happened is told once.

    Raises NotFound.
    """
    sites = sites_of(member)
    if site and site not in {each.id for each in sites}:
        raise NotFound("site", site)
    told = desk_session.told()
    return DeskShown.of(
        member,
        sites,
        current=site,
        waiting={each.id: parley().lists.counts(each.id).lists[Listing.WAITING] for each in sites},
        csrf_token=desk_session.csrf_token(),
        flashes=flashes(told.messages, undo=told.undo, now=now()),
    )


def now() -> float:
    """Return the time, ms since the epoch, for words like "3 minutes ago"."""
    return parley().now() * 1000
