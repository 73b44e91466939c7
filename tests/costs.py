"""What reading a text costs: all that is done to one, from the door to the desk, in seconds of this process's CPU."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from service.core import links, masking, thread
from service.core.masking import MaskedText, mask
from service.core.thread import NotAPage, canonical
from service.core.thread import shown as shown_url
from service.core.verdict import Span, known
from service.outside.scoring import LocalScorer
from service.web import markup
from service.web.excerpts import TextShown, pieces_of
from service.web.why import without_each

SCORER = LocalScorer()
CLASSIFIER = SCORER._classifier

LENGTH: Final = 20_000

#: CPU seconds that all steps may take on so long a text, on one whose characters are read as many more each, like "ﷺ",
#: and on one that is as long as may be to be taken in.
BOUND, BOUND_UNFOLDED, BOUND_OF_LONGEST = 0.3, 0.6, 1.0

#: CPU seconds of a page's URL, and of a request that is refused, or only looks something up.
BOUND_OF_URL, BOUND_OF_LOOK = 0.025, 0.03

#: What exceeds its bound is measured anew, so often.
TRIES: Final = 8

Work = Callable[[str], object]


def masked(text: str) -> MaskedText:
    return mask(text).text


def spans_of(text: MaskedText) -> tuple[Span, ...]:
    verdict = known(SCORER.without(text))
    return verdict.spans if verdict else ()


def shown(text: str) -> object:
    hidden = masked(text)
    spans = spans_of(hidden)
    whole = TextShown.whole(hidden, pieces_of(hidden, spans, SCORER.disguises))
    return whole, TextShown.excerpt(hidden, spans, SCORER.disguises)


def rendered(text: str) -> object:
    return markup._rendered(masked(text), "hidden")


def taken_in(text: str) -> object:
    """Do what the door does, and show the author what became of it."""
    hidden = masked(text)
    return SCORER.score(hidden), links.count(hidden), markup._rendered(hidden, "hidden")


def everything(text: str) -> object:
    hidden = masked(text)
    opinion = known(SCORER.score(hidden))
    spans = opinion.spans if opinion else ()
    pieces = pieces_of(hidden, spans, SCORER.disguises)
    whole, excerpt = TextShown.whole(hidden, pieces), TextShown.excerpt(hidden, spans, SCORER.disguises)
    return whole, excerpt, without_each(hidden, pieces, SCORER), links.count(hidden), markup._rendered(hidden, "x")


def page_of(url: str) -> object:
    """Read the URL of a page, and what is shown of it."""
    with suppress(NotAPage):
        return shown_url(canonical(url))
    return None


def is_within(work: Work, text: str, bound: float) -> bool:
    return any(seconds(work, text) < bound for _ in range(TRIES))


def seconds(work: Work, text: str) -> float:
    """Return the CPU seconds of *work* on a text that comes for the first time."""
    CLASSIFIER.forget()
    masking.KNOWN.forget()
    thread.TOLD.forget()
    began = time.process_time()
    work(text)
    return time.process_time() - began
