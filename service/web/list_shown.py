"""What moderators see of a list: tabs, orders and filters with their counts, the comments, and what changes in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.core.comment import Actor, Comment, Decision, Reason
from service.core.listing import Listing, Sorting
from service.core.ports import Scorer
from service.core.rules import Rule
from service.store.lists import MOST_ARRIVALS, Counts, Found
from service.web import cursors, words
from service.web.desk_shown import DecisionShown, QueueItemShown
from service.web.viewing import Viewing

#: Reasons that are no filter: of these nothing waits, or only on a list of its own.
_NO_CHIP = (Reason.SAFE, Reason.MODERATOR, Reason.ESCALATED)


@dataclass(frozen=True, slots=True)
class ChoiceShown:
    """A tab, an order or a filter: *name* marks its count, where it has one, for what keeps it up to date."""

    name: str
    text: str
    url: str
    is_on: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ListShown:
    """A page of a list. *looked* says how far a filter that no index answers looked, *more* where to go on."""

    viewing: Viewing
    title: str
    order: str
    tabs: tuple[ChoiceShown, ...]
    orders: tuple[ChoiceShown, ...]
    chips: tuple[ChoiceShown, ...]
    hidden: tuple[tuple[str, str], ...]
    items: tuple[QueueItemShown, ...]
    sites: Mapping[str, str]
    rules: Mapping[str, Sequence[Rule]]
    total: int
    size: int | None
    oldest: str
    looked: str
    more: str
    empty: tuple[str, str]
    is_first: bool
    since: int

    @classmethod
    def of(
        cls,
        viewing: Viewing,
        found: Found,
        *,
        counts: Sequence[Counts],
        sites: Mapping[str, str],
        rules: Mapping[str, Sequence[Rule]],
        decisions: Mapping[str, Decision],
        held: Mapping[str, str],
        scorer: Scorer,
        reader: Actor,
        size: int | None,
        is_first: bool,
        now: float,
    ) -> "ListShown":
        """Show what was *found* to *reader* at *now*, ms since the epoch; *held* names who else has what open.

        *size* is how many comments the view has, where that is known.
        """
        view = viewing.view
        listing, sizes = view.listing, _added([each.lists for each in counts])
        is_reported = listing is Listing.REPORTED
        return cls(
            viewing=viewing,
            title=words.LISTS[listing],
            order=words.ORDERS.get(listing, words.SORTINGS[view.sorting]),
            tabs=tuple(
                ChoiceShown(each, words.LISTS[each], viewing.of_list(each).url(), each is listing, sizes[each])
                for each in Listing
            ),
            orders=_orders(viewing),
            chips=_chips(viewing, _added([each.reasons for each in counts])),
            hidden=tuple((name, value) for name, value in viewing.query.items() if name != "words"),
            items=tuple(
                QueueItemShown.of(
                    comment,
                    now=now,
                    reports=int(place) if is_reported else 0,
                    decided=_decided(comment, decisions, reader=reader, now=now),
                    held_by=held.get(comment.id, ""),
                    reading=scorer.disguises,
                )
                for place, comment in found.items
            ),
            sites=sites,
            rules=rules,
            total=sizes[listing],
            size=size,
            oldest=_oldest(counts, now=now),
            looked=f"{found.looked:,}" if view.is_filtered and (found.next or not found.items) else "",
            more=viewing.url(cursor=cursors.encode(*found.next)) if found.next else "",
            empty=("No comment fits.", "Take a filter away, or look in another list.")
            if view.is_filtered and listing is not Listing.UNSCORED
            else words.EMPTY[listing],
            is_first=is_first,
            since=max(each.now for each in counts),
        )


@dataclass(frozen=True, slots=True)
class PulseShown:
    """What changed since a page was loaded, for the script that keeps it up to date."""

    document: dict[str, Any]

    @classmethod
    def of(cls, counts: Sequence[Counts], *, arrived: int, held: Mapping[str, str], now: float) -> "PulseShown":
        """Show counts, arrivals and who has what open at *now*, ms since the epoch."""
        return cls(
            {
                "lists": {listing.value: size for listing, size in _added([each.lists for each in counts]).items()},
                "reasons": {reason.value: size for reason, size in _added([each.reasons for each in counts]).items()},
                "oldest": _oldest(counts, now=now),
                "new": f"{arrived}" if arrived < MOST_ARRIVALS else f"{MOST_ARRIVALS} or more",
                "held": dict(held),
            }
        )


def _added(counted: Sequence[Mapping[Any, int]]) -> dict[Any, int]:
    total: dict[Any, int] = {}
    for each in counted:
        for name, count in each.items():
            total[name] = total.get(name, 0) + count
    return total


def _oldest(counts: Sequence[Counts], *, now: float) -> str:
    since = min((each.oldest for each in counts if each.oldest), default=0)
    return words.age(since, now=now) if since else ""


def _orders(viewing: Viewing) -> tuple[ChoiceShown, ...]:
    view = viewing.view
    if view.listing in words.ORDERS:
        return ()
    return tuple(
        ChoiceShown(
            each, words.SORTINGS[each], viewing.showing(replace(view, sorting=each)).url(), each is view.sorting
        )
        for each in Sorting
    )


def _chips(viewing: Viewing, reasons: Mapping[Reason, int]) -> tuple[ChoiceShown, ...]:
    """Return the filters: each reason for which something waits, and the author and the page that are chosen."""
    view = viewing.view
    chips = [
        ChoiceShown(
            f"reason-{reason}",
            words.REASONS[reason],
            viewing.showing(replace(view, reason=None if reason is view.reason else reason)).url(),
            reason is view.reason,
            reasons.get(reason, 0),
        )
        for reason in Reason
        if reason is view.reason or (view.listing is Listing.WAITING and reason in reasons and reason not in _NO_CHIP)
    ]
    if view.author:
        chips.append(ChoiceShown("author", "One author", viewing.showing(replace(view, author="")).url(), is_on=True))
    if view.thread:
        chips.append(ChoiceShown("page", "One page", viewing.showing(replace(view, thread="")).url(), is_on=True))
    return tuple(chips)


def _decided(comment: Comment, decisions: Mapping[str, Decision], *, reader: Actor, now: float) -> DecisionShown | None:
    """Return the decision that stands, where a person made it."""
    decision = decisions.get(comment.id)
    if decision is None or decision.version == 1:
        return None
    return DecisionShown.of(decision, reader=reader, now=now)
