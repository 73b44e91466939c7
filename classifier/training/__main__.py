"""`python -m classifier.training --data FOLDER`: fit the model on the folder's files and write it."""

import argparse
import sys
from pathlib import Path

from classifier.scorer import DEFAULT
from classifier.training.fitting import train


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m classifier.training", description="Train Parley's classifier.")
    parser.add_argument("--data", type=Path, required=True, help="a folder of the files that docs/data.md lists")
    parser.add_argument("--out", type=Path, default=DEFAULT, help="the model's file")
    arguments = parser.parse_args()
    train(arguments.data, arguments.out, say=lambda words: print(words, file=sys.stderr, flush=True))


main()
