"""What masking costs: `python -m bench.masking`. Times are for this machine; compare lines of one run."""

from time import perf_counter

from service.core.masking import mask
from service.core.submission import LONGEST_BODY

ORDINARY = (
    "The committee met again on Tuesday, and nobody could say who had moved the money or why; a pity, since the "
    "library roof still leaks and the school needs windows. I looked at the figures, and at some moment they will "
    "have to explain them. Really, it is not that hard to do the sums!"
)

TEXTS = {
    "ordinary comment": (ORDINARY, 200),
    "with accents": (ORDINARY.replace("e", "é"), 200),
    "with an address": (ORDINARY + " Write to ana@example.com.", 200),
    "with a disguise": (ORDINARY + " Write to ana at example dot com.", 200),
    "with Markdown": (ORDINARY.replace("windows", "**windows**") + " See [it](https://example.com).", 200),
    "address in Markdown": (ORDINARY + " Write to **ana**@*example*.com.", 200),
    "longest, worst known": ((" . AT" * LONGEST_BODY)[:LONGEST_BODY], 1),
}


def main() -> None:
    """Print the best of several rounds for each text."""
    for name, (text, times) in TEXTS.items():
        best = min(_round(text, times) for _ in range(7))
        print(f"{name:22} {len(text):7,} characters {best * 1e6:12,.0f} µs")


def _round(text: str, times: int) -> float:
    began = perf_counter()
    for _ in range(times):
        mask(text)
    return (perf_counter() - began) / times


if __name__ == "__main__":
    main()
