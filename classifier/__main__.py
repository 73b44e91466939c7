"""`python -m classifier score`: JSON lines in, JSON lines out, in order.

In: {"id", "text"}. Out, ASCII-escaped: {"id", "model", "language", "unscored", "scores", "spans"}. A bad line is
reported on stderr by its number and skipped; the exit code is then 1.

`python -m classifier bench` says what scoring costs.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from classifier import bench
from classifier.artifact import ArtifactError
from classifier.scorer import Scorer


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m classifier", description="Parley's classifier.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("score", help='read JSON lines {"id", "text"} on stdin, write their scores on stdout')
    costs = commands.add_parser("bench", help="measure what scoring costs, in one run beside scikit-learn")
    costs.add_argument("--peers", type=Path, help="the Python of an environment that has alt-profanity-check")
    arguments = parser.parse_args()
    if arguments.command == "bench":
        return bench.main(arguments.peers)
    try:
        scorer = Scorer.load()
    except ArtifactError as error:
        print(error, file=sys.stderr)
        return 2
    return score(scorer, sys.stdin.buffer, sys.stdout)


def score(scorer: Scorer, lines: Iterable[bytes], out: TextIO) -> int:
    """Score each line; return 1 if any was bad, else 0."""
    bad = 0
    for number, line in enumerate(lines, start=1):
        try:
            id, text = _parse(line)
        except ValueError as error:
            print(f"line {number}: {error}", file=sys.stderr)
            bad = 1
            continue
        scored = asdict(scorer.score(text))
        out.write(json.dumps({"id": id, **scored}, ensure_ascii=True) + "\n")
    return bad


def _parse(line: bytes) -> tuple[Any, str]:
    try:
        value = json.loads(line)
    except ValueError:
        raise ValueError("not JSON in UTF-8") from None
    if not isinstance(value, dict) or "id" not in value or not isinstance(value.get("text"), str):
        raise ValueError('not an object with "id" and "text"')
    return value["id"], value["text"]


if __name__ == "__main__":
    sys.exit(main())
