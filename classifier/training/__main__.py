"""`python -m classifier.training --data FOLDER`: make the model from the folder's files."""

import argparse
import sys
import time
from pathlib import Path

from classifier.scorer import DEFAULT
from classifier.training.making import make


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m classifier.training", description="Train Parley's classifier.")
    parser.add_argument("--data", type=Path, required=True, help="a folder of the files that docs/data.md lists")
    parser.add_argument("--out", type=Path, default=DEFAULT, help="the model's file")
    arguments = parser.parse_args()
    begun = time.monotonic()
    make(
        arguments.data,
        arguments.out,
        say=lambda words: print(f"{time.monotonic() - begun:5.0f} s  {words}", file=sys.stderr, flush=True),
    )


main()
