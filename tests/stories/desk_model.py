"""What a desk shall hold after any acts: the model that `test_review_model` compares with the store."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from service.core.comment import Comment, Outcome
from service.core.events import EventType
from service.core.listing import Listing, Sorting, facets_of
from service.core.people import Member


class Step(NamedTuple):
    """A decision of the model."""

    outcome: Outcome
    escalates: bool = False
    undoes: int | None = None
    batch: str = ""


@dataclass
class Told:
    """An event of the model."""

    type: EventType
    cancelled: bool = False


@dataclass
class Known:
    """A comment of the model: as it was *first* stored, what was decided and told since, and who has it open."""

    first: Comment
    places: Mapping[Sorting, float]
    steps: list[Step]
    events: list[Told]
    reporters: set[int] = field(default_factory=set)
    reports: int = 0
    seen: int = 0
    has_window: bool = False
    showed: bool = False
    lease: tuple[Member, str] | None = None
    ended: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.first.id

    @property
    def root(self) -> str:
        return self.first.path.partition("/")[0]

    @property
    def version(self) -> int:
        return len(self.steps)

    @property
    def outcome(self) -> Outcome:
        return self.steps[-1].outcome

    @property
    def is_published(self) -> bool:
        return self.outcome is Outcome.PUBLISHED

    @property
    def shows(self) -> bool:
        """Whether it is public: as before, while its last decision can be undone."""
        return self.showed if self.has_window else self.is_published

    @property
    def waits(self) -> bool:
        return self.outcome is Outcome.HELD and not self.steps[-1].escalates

    @property
    def listings(self) -> set[Listing]:
        """The lists in which it stands, but for UNSCORED, which is an index of those that wait."""
        stands = {
            Listing.WAITING: self.waits,
            Listing.REPORTED: self.reports > 0,
            Listing.ESCALATED: self.steps[-1].escalates,
            Listing.SPAM: self.outcome is Outcome.SPAM,
            Listing.DECIDED: self.version > 1 and not self.waits,
        }
        return {listing for listing, is_in in stands.items() if is_in}

    def decide(self, outcome: Outcome | None, *, window: bool, batch: str = "") -> None:
        """Decide it, or hand it on for None."""
        step = Step(outcome or self.outcome, outcome is None, batch=batch)
        self._append(step, EventType.of(step.outcome), window=window, reports=0)

    def undo(self, *, batch: str = "") -> None:
        """Take the last decision back, with its event."""
        before = self.steps[-2]
        self._decision_told().cancelled = True
        reports = self.seen + self.reports if before.outcome is Outcome.PUBLISHED else 0
        step = Step(before.outcome, before.escalates, self.version, batch)
        self._append(step, EventType.UNDONE, window=False, reports=reports)

    def reverse(self, *, batch: str) -> None:
        """Put it back to where it stood before the last decision, by a new one."""
        before = self.steps[-2]
        step = Step(before.outcome, before.escalates, batch=batch)
        self._append(step, EventType.of(step.outcome), window=True, reports=0)

    def report(self, reader: int) -> None:
        """Let a reader report it."""
        self.reporters.add(reader)
        if self.is_published:
            self.reports += 1
        else:
            self.seen += 1
        self.events.append(Told(EventType.REPORTED))

    def end_lease(self) -> None:
        """Make the token of its lease, if it has one, worth nothing."""
        self.ended += [self.lease[1]] if self.lease else []
        self.lease = None

    def _decision_told(self) -> Told:
        return [event for event in self.events if event.type is not EventType.REPORTED][-1]

    def _append(self, step: Step, told: EventType, *, window: bool, reports: int) -> None:
        showed = self.shows
        self.steps.append(step)
        self.events.append(Told(told))
        self.seen, self.reports = self.reports, reports
        self.has_window, self.showed = window, showed
        self.end_lease()


def listed(comments: Iterable[Known]) -> dict[Listing, set[str]]:
    """Return the comments of each list."""
    return {listing: {each.id for each in comments if listing in each.listings} for listing in Listing}


def indexed(comments: Iterable[Known]) -> dict[str, dict[str, float]]:
    """Return the indexes of what waits, none of them empty."""
    found: dict[str, dict[str, float]] = {}
    for each in comments:
        for facet in facets_of(each.first) if each.waits else ():
            found.setdefault(facet, {})[each.id] = each.first.created_at
    return found


def records(comments: Iterable[Known]) -> dict[str, Counter[str]]:
    """Return how many comments of each author stand where."""
    found: dict[str, Counter[str]] = {}
    for each in comments:
        found.setdefault(each.first.author.identity, Counter())[each.outcome] += 1
    return found


class Page(NamedTuple):
    """What a page shows: its comments, tree, first-level comments by age and by how many are below."""

    thread: dict[str, float]
    tree: dict[str, float]
    roots: dict[str, float]
    busy: dict[str, float]


def page(comments: Iterable[Known], thread: str) -> Page:
    """Return the page of *thread*."""
    here = {each.id: each for each in comments if each.first.thread == thread}
    shown = [each for each in here.values() if each.shows]
    return Page(
        {each.id: each.first.created_at for each in shown},
        {each.first.path: 0 for each in shown},
        {each.root: here[each.root].first.created_at for each in shown},
        dict(Counter(each.root for each in shown)),
    )
