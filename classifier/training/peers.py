"""The peers' scores of texts. Run by an environment that has them: JSON texts on stdin, {peer: scores} on stdout.

A peer that is missing, or cannot start on this machine, is left out with a line on stderr.
"""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

Scores = Callable[[Sequence[str]], list[float]]


def _alt_profanity_check() -> Scores:
    from profanity_check import predict_prob  # type: ignore[import-not-found]

    return lambda texts: [float(score) for score in predict_prob(list(texts))]


def _hatesonar() -> Scores:
    from hatesonar import Sonar  # type: ignore[import-not-found]

    sonar = Sonar()

    def score(text: str) -> float:
        classes: list[dict[str, Any]] = sonar.ping(text)["classes"]
        return 1 - next(float(found["confidence"]) for found in classes if found["class_name"] == "neither")

    return lambda texts: [score(text) for text in texts]


def _better_profanity() -> Scores:
    from better_profanity import profanity  # type: ignore[import-not-found]

    return lambda texts: [float(profanity.contains_profanity(text)) for text in texts]


def _glin_profanity() -> Scores:
    from glin_profanity import Filter  # type: ignore[import-not-found]

    words = Filter()
    return lambda texts: [float(len(words.check_profanity(text)["profane_words"])) for text in texts]


PEERS = {
    "alt-profanity-check": _alt_profanity_check,
    "hatesonar": _hatesonar,
    "better-profanity": _better_profanity,
    "glin-profanity": _glin_profanity,
}


def main() -> None:
    """Score the texts on stdin with every peer that starts, or with those that are named."""
    texts = json.load(sys.stdin)
    found = {}
    for name, start in PEERS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        try:
            found[name] = start()(texts)
        except Exception as error:
            print(f"{name} is left out: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
