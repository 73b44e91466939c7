"""Models made without a source, by the same recipe: how it does on what it never saw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from classifier.training.making import Corpus, Say, fit_label, gather
from classifier.training.measuring import Numbers, area
from classifier.training.rows import Slice, letters, table

#: Reddit, hate forums, tweets about hate and sexism, chat bots: neither Jigsaw's nor what the peers were made of. One
#: model is made without each group, so that no source is judged by one that saw it.
GROUPS: Final = (
    ("cad_reddit", "hatexplain", "paradetox"),
    ("convabuse", "stormfront", "ruddit"),
    ("dynahate", "edos_sexism"),
)


@dataclass(frozen=True, slots=True)
class Apart:
    """By source: texts, whether each is toxic, and raw scores of a model made without the source; by video: the area of
    a spam head made without it."""

    elsewhere: Mapping[str, tuple[list[str], Numbers, Numbers]]
    spam: Mapping[str, float]


def apart(folder: Path, say: Say) -> Apart:
    """Fit on the files of *folder*, sources and videos aside, and judge those."""
    with threadpool_limits(1):
        corpus = gather(folder, say)
        elsewhere: dict[str, tuple[list[str], Numbers, Numbers]] = {}
        for group in GROUPS:
            elsewhere |= _without(corpus, group)
            say(f"fitted without {', '.join(group)}")
        spam = dict(_spam(corpus, folder))
        say(f"fitted spam without each of {len(spam)} videos")
    return Apart(elsewhere, spam)


def _without(corpus: Corpus, group: Sequence[str]) -> dict[str, tuple[list[str], Numbers, Numbers]]:
    known = corpus.known("toxicity", *Slice)
    learned = corpus.known("toxicity", Slice.TRAINING)
    weights, bias, _ = fit_label(corpus, "toxicity", learned[~np.isin(corpus.sources(learned), group)])
    typed = np.array([not corpus.examples[at].is_mistyped for at in known])
    sources = np.array(corpus.sources(known))
    found = {}
    for source in group:
        at = known[typed & (sources == source)]
        texts = [corpus.examples[place].text for place in at]
        found[source] = texts, corpus.truth("toxicity", at), corpus.design.raw(weights, bias, at)
    return found


def _spam(corpus: Corpus, folder: Path) -> Iterator[tuple[str, float]]:
    videos = {letters(row["text"]): row["video"] for row in table(folder, "youtube_spam")}
    known = corpus.known("spam", *Slice)
    video: Any = np.array(
        [
            videos[letters(example.text)] if example.source == "youtube_spam" else ""
            for example in map(corpus.examples.__getitem__, known)
        ]
    )
    learned = np.array([corpus.examples[at].slice is Slice.TRAINING for at in known])
    for name in sorted(set(videos.values())):
        weights, bias, _ = fit_label(corpus, "spam", known[learned & (video != name)])
        at = known[video == name]
        yield name, area(corpus.truth("spam", at), corpus.design.raw(weights, bias, at))
