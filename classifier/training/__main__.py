"""`python -m classifier.training --data FOLDER` makes the model; `… evaluate --data FOLDER` measures it."""

import argparse
import sys
import time
from pathlib import Path

from classifier.scorer import DEFAULT, Scorer

_ROOT = Path(__file__).parents[2]


def main() -> int:
    """Run the command line; 1 where a release is barred."""
    parser = argparse.ArgumentParser(prog="python -m classifier.training", description="Train Parley's classifier.")
    parser.add_argument(
        "task", nargs="?", choices=["make", "evaluate"], default="make", help="make, unless told otherwise"
    )
    parser.add_argument("--data", type=Path, required=True, help="a folder of the files that docs/data.md lists")
    parser.add_argument("--model", type=Path, default=DEFAULT, help="the model's file: written, or measured")
    parser.add_argument("--estimator", type=Path, help="also write scikit-learn's own estimators there, by skops")
    parser.add_argument("--card", type=Path, default=_ROOT / "docs" / "model-card.md", help="where the figures go")
    parser.add_argument("--lists", type=Path, default=_ROOT / "tests" / "classifier", help="our own lists of comments")
    parser.add_argument("--peers", type=Path, help="the Python of an environment with classifier/training/peers.txt")
    arguments = parser.parse_args()
    begun = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - begun:5.0f} s  {words}", file=sys.stderr, flush=True)

    if arguments.task == "make":
        from classifier.training.making import make

        make(arguments.data, arguments.model, estimator=arguments.estimator, say=say)
        return 0
    from classifier import artifact
    from classifier.training import card
    from classifier.training.evaluating import evaluate

    found = evaluate(arguments.data, Scorer.load(arguments.model), arguments.lists, peers=arguments.peers, say=say)
    card.write(arguments.card, found, artifact.load(arguments.model).about["quantising"])
    for figure in found.missed:
        say(f"not reached: {figure.name}: {figure.value:.4f}")
    for figure in found.barred:
        say(f"bars a release: {figure.name}: {figure.value:.4f}, gate {figure.gate}")
    return 1 if found.barred else 0


sys.exit(main())
