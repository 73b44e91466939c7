"""Which passwords are taken: not those that are guessed first, whatever signs they are made of.

zxcvbn (Wheeler, USENIX Security 2016) says how many guesses a password takes of somebody who begins with the common
ones, words, names, dates, keyboard rows and repeats. There is no rule about kinds of characters.
"""

from collections.abc import Iterable
from typing import Final

SHORTEST: Final = 10
LONGEST: Final = 1000

#: The least of zxcvbn's five scores, 0 to 4, that is taken: at least 10^8 guesses.
LEAST_SCORE: Final = 3

#: Characters that are judged, for judging some of the longest takes seconds; and words that count as common for one.
JUDGED: Final = 24
MOST_WORDS: Final = 50


def fault_of(password: str, *, own: Iterable[str]) -> str:
    """Return what is wrong with *password* and what to do, empty if nothing is. *own* are the names that somebody who
    knows whose it is tries first: the person's, the sites'."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"Please choose a password of {SHORTEST} to {LONGEST} characters. A sentence is a good one."
    # Loaded when somebody chooses a password: its lists of words take memory.
    from zxcvbn import zxcvbn

    words = [word for name in own for word in (name, "".join(name.split()), *name.split())][:MOST_WORDS]
    if zxcvbn(password[:JUDGED], user_inputs=["parley", *words])["score"] < LEAST_SCORE:
        return (
            "This password is among the first that are guessed: a common one, a name, a row of keys. Please choose "
            "another: four or five words that nobody else puts together are a good one."
        )
    return ""
