"""What a view means: its filter, its order, its indexes."""

from service.core.comment import Reason
from service.core.listing import Listing, Sorting, View


def test_only_what_waits_without_a_list_of_its_own_has_an_order_to_choose() -> None:
    assert View(sorting=Sorting.OLDEST).order is Sorting.OLDEST
    assert View(Listing.UNSCORED, Sorting.WORST).order is Sorting.OLDEST
    assert not View(Listing.UNSCORED).is_descending
    assert View(Listing.REPORTED).is_descending
    assert not View(Listing.ESCALATED).is_descending


def test_a_filter_names_the_indexes_that_answer_it() -> None:
    assert View().facets == ()
    assert View(Listing.UNSCORED, reason=Reason.UNSCORED).facets == ("reason:unscored",)
    assert View(reason=Reason.TOXIC, author="a", thread="t").facets == ("author:a", "page:t", "reason:toxic")
    assert not View().is_filtered
    assert View(words="tram").is_filtered
