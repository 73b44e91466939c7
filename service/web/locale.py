"""Readers' words: each text of the form and the thread, by key, in every language that we have; plurals as in CLDR.

`locales/<language>.toml` holds a language: a text, or for texts with a `{count}` a table of its plural's categories.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from service.core.comment import Millis
from service.core.errors import Fault, InvalidChange, ParleyError
from service.core.public import address_in

Text = str | Mapping[str, str]

DEFAULT: Final = "en"

#: Longest name of a language that is looked at.
LONGEST_LANG: Final = 35

#: Longest text that a site may set, in code points.
LONGEST_TEXT: Final = 300

_FOLDER = Path(__file__).parent / "locales"

LANGUAGES: Final = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))

#: Whose habits of dates a language follows where that is not for it to say.
_REGIONS: Final = {"en": "en_GB"}

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    language: str
    locale: Locale
    texts: Mapping[str, Text] = field(repr=False)

    def __call__(self, key: str, /, **values: str | int) -> str:
        """Return the text of *key* with *values* in place; *count* chooses the plural and is written as people do."""
        text = self.texts[key]
        if not isinstance(text, str):
            text = text[self.locale.plural_form(float(values["count"]))]
        return text.format(**{name: self._shown(value) for name, value in values.items()})

    @property
    def direction(self) -> str:
        """Where the language begins: `ltr` or `rtl`."""
        return self.locale.text_direction

    def forms(self, key: str) -> Text:
        """Return the text of *key* as it is, for scripts that fill it in."""
        return self.texts[key]

    def date(self, at: Millis) -> str:
        """Return the time *at* with its day, in UTC."""
        time = datetime.fromtimestamp(at / 1000, UTC)
        return f"{format_date(time, 'long', locale=self.locale)}, {time:%H:%M} UTC"

    def problem(self, error: ParleyError) -> str:
        """Return what *error* says: in this language where readers meet it often, else in its own words."""
        key = f"problem_{type(error).__name__}"
        return self(key) if key in self.texts else str(error)

    def faults(self, faults: Sequence[Fault]) -> dict[str, str]:
        """Return what is wrong with each field."""
        return {
            fault.field: self(f"fault_{fault.key}", limit=fault.limit) if fault.key else fault.message
            for fault in faults
        }

    def _shown(self, value: str | int) -> str:
        return format_decimal(value, locale=self.locale) if isinstance(value, int) else str(value)


def words_for(language: str, overrides: Mapping[str, str] | None = None) -> Words:
    """Return the words of the nearest language that we have, English at last, with a site's *overrides* instead of
    ours."""
    words = _words(_nearest(language))
    return Words(words.language, words.locale, {**words.texts, **overrides}) if overrides else words


def checked_texts(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Return the *texts* that a site wants instead of ours. Raises InvalidChange with a fault for each wrong one."""
    faults = [Fault(f"text.{key}", problem) for key, text in texts.items() if (problem := _problem(key, text))]
    if faults:
        raise InvalidChange(faults)
    return texts


def _problem(key: str, text: str) -> str:
    ours = _words(DEFAULT).texts.get(key)
    if ours is None:
        return f"There is no text “{key}”. docs/embed.md lists them."
    if not isinstance(ours, str):
        return f"The text “{key}” has plural forms and cannot be changed."
    unknown = placeholders(text) - placeholders(ours)
    if unknown or text.count("{") != len(_PLACEHOLDER.findall(text)) or text.count("}") != text.count("{"):
        known = ", ".join(f"{{{name}}}" for name in sorted(placeholders(ours))) or "none"
        return f"The text “{key}” may use these placeholders: {known}."
    if not 1 <= len(text) <= LONGEST_TEXT:
        return f"A text has 1 to {LONGEST_TEXT} characters."
    return address_in(text, what=f"The text “{key}”")


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return set(_PLACEHOLDER.findall(text))


@cache
def _words(language: str) -> Words:
    texts = tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
    return Words(language, Locale.parse(_REGIONS.get(language, language)), texts)


def _nearest(language: str) -> str:
    first = re.split("[-_]", language.lower(), maxsplit=1)[0]
    return first if first in LANGUAGES else DEFAULT
