"""Which texts serve for what: nothing that measures is learned from."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from classifier.training.counterexamples import counterexamples
from classifier.training.rows import SOURCES, Example, Slice, slice_of, with_typos

DATA = (Path(__file__).parents[2] / "docs" / "data.md").read_text("utf-8")


@given(st.text(st.characters(max_codepoint=127), min_size=1))
def test_two_spellings_of_a_text_fall_into_the_same_slice(text: str) -> None:
    if re.search("[a-zA-Z]", text):
        assert slice_of(text) is slice_of(f"  {text.upper()} !!") is slice_of(text.replace(" ", "-"))


def test_a_tenth_measures_and_seven_hundredths_calibrate() -> None:
    found = [slice_of(text) for text, _ in counterexamples()]
    assert 0.08 < found.count(Slice.TEST) / len(found) < 0.12
    assert 0.055 < found.count(Slice.CALIBRATION) / len(found) < 0.085


def test_only_what_is_learned_from_is_mistyped_and_stays_in_its_slice() -> None:
    texts = [text for text, _ in counterexamples()]
    examples = [Example(text, {"toxicity": 1}, "jigsaw_wiki", slice_of(text)) for text in texts]
    copies = list(with_typos(examples))
    assert len(copies) == sum(example.slice is Slice.TRAINING for example in examples)
    assert all(copy.is_mistyped and copy.slice is Slice.TRAINING for copy in copies)


def test_the_docs_name_every_file_with_its_weight_and_checksum() -> None:
    for source in SOURCES:
        (row,) = [line for line in DATA.splitlines() if line.startswith(f"| `{source.file}.csv.gz`")]
        assert re.search("`[0-9a-f]{64}`", row)
        if 0 < source.weight < 0.5:
            assert f"weight {source.weight:g}".replace("0.", ".") in row, source.file
