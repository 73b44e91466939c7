"""What the desk lists: which comments, in which order, and those among them that fit a filter."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.core.comment import Comment, Reason

#: Longest search for words, in code points.
LONGEST_SEARCH: Final = 100


class Listing(StrEnum):
    """The desk's lists. Everything held and not handed on is waiting; what could not be scored is listed apart too."""

    WAITING = "waiting"
    UNSCORED = "unscored"
    REPORTED = "reported"
    ESCALATED = "escalated"
    SPAM = "spam"
    DECIDED = "decided"

    @property
    def waits(self) -> bool:
        """Whether it lists comments that wait, which have the orders and the indexes."""
        return self in (Listing.WAITING, Listing.UNSCORED)


class Sorting(StrEnum):
    """The orders of what waits. The most useful is nearest to the threshold, and gains on younger ones as it waits."""

    WORST = "worst"
    OLDEST = "oldest"
    USEFUL = "useful"


@dataclass(frozen=True, slots=True)
class View:
    """A list in an order, and a filter: a *reason* for which it was held, its *author*, its *thread*, *words* in it."""

    listing: Listing = Listing.WAITING
    sorting: Sorting = Sorting.WORST
    reason: Reason | None = None
    author: str = ""
    thread: str = ""
    words: str = ""

    @property
    def order(self) -> Sorting:
        """The order that it has: what has no score is sorted by age."""
        return Sorting.OLDEST if self.listing is Listing.UNSCORED else self.sorting

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves comments out that its order has."""
        return bool(self.facets or self.words)

    @property
    def is_descending(self) -> bool:
        """Whether it begins with the highest score: the worst, the most useful, the most reported, the latest."""
        if self.listing.waits:
            return self.order is not Sorting.OLDEST
        return self.listing is not Listing.ESCALATED

    @property
    def is_indexed(self) -> bool:
        """Whether indexes alone tell which comments are its own."""
        return self.listing.waits and not self.words

    @property
    def facets(self) -> tuple[str, ...]:
        """The indexes of what waits in which its comments are; see `facets_of`."""
        reasons = {self.reason, Reason.UNSCORED if self.listing is Listing.UNSCORED else None} - {None}
        found = [f"reason:{reason}" for reason in reasons]
        found += [f"author:{self.author}"] if self.author else []
        return tuple(sorted(found + ([f"page:{self.thread}"] if self.thread else [])))

    def admits(self, comment: Comment) -> bool:
        """Whether the filter lets *comment* pass; words count wherever they stand, whatever their case."""
        text = f"{comment.body}\n{comment.author.name}\n{comment.thread_title}".casefold()
        return (
            (self.reason is None or self.reason in comment.reasons)
            and (not self.author or self.author == comment.author.identity)
            and (not self.thread or self.thread == comment.thread)
            and all(word in text for word in self.words.casefold().split())
        )


def facets_of(comment: Comment) -> tuple[str, ...]:
    """Return the indexes in which *comment* is while it waits."""
    author = (f"author:{comment.author.identity}",) if comment.author.identity else ()
    return (*(f"reason:{reason}" for reason in comment.reasons), *author, f"page:{comment.thread}")
