"""The desk's lists: what waits, is reported, was handed on or decided; of one site, or of all of them as one."""

from collections.abc import Sequence

from flask import Response, jsonify, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from service.core.comment import Comment, Decision
from service.core.errors import NotFound
from service.core.people import Member, Role
from service.core.site import Site
from service.store.lists import Counts, Found
from service.web import cursors
from service.web.authority import asker, at_desk, signed_in
from service.web.context import is_full, parley
from service.web.desk import guarded
from service.web.frame import frame, now, sites_of
from service.web.list_shown import ListShown, PulseShown
from service.web.viewing import Viewing

bp = guarded("desk_lists")

#: Comments on one page of a list.
PAGE = 20

#: A time after every other, ms, which a sorted set still tells from its neighbours.
LATEST = 2**53


@bp.get("/")
@signed_in
def every_site() -> AnyResponse:
    """List the comments of every site that one may see; of a single one, under its own name."""
    member = asker()
    sites = sites_of(member)
    return _page(member, sites, "" if len(sites) > 1 else sites[0].id)


@bp.get("/<site>")
@at_desk(Role.VIEWER)
def one_site(site: str) -> AnyResponse:
    """List the comments of one site."""
    member = asker()
    return _page(member, [each for each in sites_of(member) if each.id == site], site)


@bp.get("/-/pulse")
@signed_in
def pulse_of_every_site() -> AnyResponse:
    """Tell what changed on any site."""
    member = asker()
    return _pulse(member, sites_of(member), "")


@bp.get("/<site>/pulse")
@at_desk(Role.VIEWER)
def pulse_of_one_site(site: str) -> AnyResponse:
    """Tell what changed on one site."""
    member = asker()
    return _pulse(member, [each for each in sites_of(member) if each.id == site], site)


def _page(member: Member, sites: Sequence[Site], site: str) -> AnyResponse:
    if not sites:
        raise NotFound("site", site)
    viewing = Viewing.parse(site, request.args)
    after = cursors.decode(request.args.get("cursor", ""))
    ids = [each.id for each in sites]
    found = parley().review.listed_on(ids, viewing.view, member=member, after=after, limit=PAGE)
    shown = ListShown.of(
        viewing,
        found,
        counts=_counts(ids),
        sites={each.id: each.name for each in sites},
        rules={each.id: parley().sites.rules_of(each) for each in sites},
        decisions=_decisions(found),
        held=_held(ids, member),
        scorer=parley().scorer,
        reader=member.actor,
        size=parley().lists.size(site, viewing.view) if site else None,
        is_first=after is None,
        now=now(),
    )
    template = "desk/_items.html" if "fragment" in request.args else "desk/queue.html"
    full = [each.name for each in sites if is_full(each)]
    return Response(render_template(template, desk=frame(member, site), list=shown, full=full))


def _pulse(member: Member, sites: Sequence[Site], site: str) -> AnyResponse:
    if not sites:
        raise NotFound("site", site)
    viewing = Viewing.parse(site, request.args)
    ids = [each.id for each in sites]
    since = min(max(request.args.get("since", 0, type=int), 0), LATEST)
    shown = PulseShown.of(
        _counts(ids),
        arrived=sum(parley().lists.arrived(id, viewing.view, since=since) for id in ids),
        held=_held(ids, member),
        now=now(),
    )
    response = jsonify(shown.document)
    response.add_etag()
    return response.make_conditional(request)


def _counts(ids: Sequence[str]) -> list[Counts]:
    return [parley().lists.counts(id) for id in ids]


def _held(ids: Sequence[str], member: Member) -> dict[str, str]:
    """Return who else than *member* has which comment open, by name."""
    leases = [lease for id in ids for lease in parley().leases.held(id).items()]
    return {comment: holder.name for comment, holder in leases if holder.id != member.id}


def _decisions(found: Found) -> dict[str, Decision]:
    by_site: dict[str, list[Comment]] = {}
    for _, comment in found.items:
        by_site.setdefault(comment.site, []).append(comment)
    return {
        id: decision
        for site, comments in by_site.items()
        for id, decision in parley().lists.last_decisions(site, [comment.id for comment in comments]).items()
    }
