"""Which passwords are taken: whatever is typed gets an answer, and in time."""

from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.passwords import JUDGED, LONGEST, SHORTEST, fault_of

LIKELY = [st.text(signs, max_size=40) for signs in ("1234567890 -/.aA@\x00ß中", "qwertyasdf19")]
ODD = st.one_of(*LIKELY, st.text(max_size=40))


@settings(max_examples=200)
@given(ODD, st.lists(ODD, max_size=3))
def test_whatever_is_typed_is_taken_or_refused_in_a_sentence(password: str, own: list[str]) -> None:
    said = fault_of(password, own=own)
    assert not said or said.endswith(".")
    assert said or SHORTEST <= len(password) <= LONGEST


def test_one_is_as_good_as_its_beginning_and_takes_no_longer() -> None:
    slow = "4@8({[</369&#!1/|0$5+7%2"
    assert len(slow) == JUDGED
    began = process_time()
    assert fault_of((slow * 50)[:LONGEST], own=["x" * 60] * 100) == ""
    assert process_time() - began < 2
    assert fault_of("1" * JUDGED + "trams at night are late", own=[]) != ""
