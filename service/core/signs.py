"""How people around the world write "@" and "." with words and brackets, for `spotting`.

Tables, by language; each word as it is typed, `read` folds it.
"""

import re
from itertools import groupby
from operator import itemgetter
from typing import Final

from classifier.text import fold

UNSPACED: Final = "\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""A character class's worth of the scripts written without spaces, where a sentence runs straight into an address."""

#: Brackets and quotation marks, as `fold` leaves them, for a character class.
OPENING: Final = r"(\[{<«≪༺༼᚛⌈⌊❪❬❰❴⟅⟦⟪⟬⟮⦃⦅⦇⦉⦋⦍⦏⦑⦓⦕⦗⧘⧚⧼⸂⸄⸉⸌⸜⸠⸢⸤⸦⸨⹕⹗⹙⹛《「『｢〖〘〚〝﴿﴾»"
CLOSING: Final = r")\]}>»≫༻༽᚜⌉⌋❫❭❱❵⟆⟧⟫⟭⟯⦄⦆⦈⦊⦌⦎⦐⦒⦔⦖⦘⧙⧛⧽⸃⸅⸊⸍⸝⸡⸣⸥⸧⸩⹖⹘⹚⹜》」』｣〗〙〛〞〟﴾﴿«"

#: What the sign is called, and the preposition that stands for it, where sentences seldom have it before a host.
_AT: Final = (
    # English
    "at", "ampersat", "commercial at", "at the rate", "at the rate of", "at d rate", "at de rate", "atrate",
    "atsign", "chr(64)", "char(64)", "chr 64", "string.fromcharcode(64)", "0x40", "u+0040",
    # German
    "ät", "aet", "bei", "klammeraffe", "affenschwanz", "affenohr",
    # French
    "arobase", "arobas", "aroba", "arrobase", "chez", "a commercial",
    # Spanish, Portuguese, Catalan, Basque
    "arroba", "arrobas", "arrova", "a bildua", "bildua",
    # Italian
    "chiocciola", "chiocciolina",
    # Dutch, Afrikaans
    "apenstaartje", "apenstaart", "aapstert",
    # Danish, Norwegian, Swedish, Icelandic, Finnish, Estonian
    "snabel-a", "snabel a", "snabela", "krøllalfa", "krullalfa", "alfakrøll", "kanelbulle", "miukumauku", "miuku mauku",
    "kissanhäntä", "kringel",
    # Polish, Czech, Slovak, Slovene, Croatian, Serbian, Hungarian, Romanian, Lithuanian
    "małpa", "małpka", "zavináč", "zavinac", "afna", "afnica", "manki", "majmun", "majmunče", "ludo a", "kukac",
    "arond", "a rond", "coadă de maimuță", "eta ženklas",
    # Russian, Ukrainian, Belarusian, Bulgarian, Serbian
    "собака", "собачка", "песик", "равлик", "слимак", "слімак", "кльомба", "маймунка", "маймунско а", "лудо а",
    "мајмун", "арроба", "эт", "ет", "sobaka", "sobachka",
    # Greek, Turkish, Armenian, Georgian
    "παπάκι", "παπακι", "papaki", "kuyruklu a", "güzel a", "et işareti", "շնիկ", "ეთი",
    # Arabic, Persian, Hebrew, Hindi
    "آت", "أت", "ات", "إت", "ات ساین", "ادساین", "שטרודל", "כרוכית", "ऐट", "ऐट द रेट", "एट", "एट द रेट", "ऍट", "अट",
    # Vietnamese, Indonesian, Thai, Korean, Esperanto
    "a còng", "a móc", "a keong", "keong", "แอท", "แอ็ท", "แอด", "골뱅이", "앳", "heliko",
)  # fmt: skip

#: Words that say something else in most sentences: a sign in brackets, or where the dot is spelled out too.
_SLIGHT: Final = (
    "et",
    "ad",
    "att",
    "hos",
    "hjá",
    "ved",
    "vid",
    "på",
    "w",
    "na",
    "in",
    "ett",
    "dek",
    "a",
    "4t",
    "圈",
    "在",
    "ат",
)

#: Signs of scripts without spaces, where Latin letters stand on both sides.
_GLUED: Final = (
    "艾特", "圈a", "圈", "小老鼠", "小老鼠號", "アットマーク", "アット", "あっとまーく", "あっと", "골뱅이", "앳",
    "แอท",
)  # fmt: skip

#: What may follow the sign's name.
_SIGN: Final = ("sign", "symbol", "mark", "zeichen", "tegn", "tecken", "merkki", "işareti", "jel", "märk", "rate")

_DOT: Final = (
    # English, German, French, Spanish, Portuguese, Catalan, Basque, Italian, Dutch
    "dot", "d0t", "dott", "period", "full stop", "fullstop", "decimal", "punkt", "point", "punto", "ponto", "punt",
    "puntu",
    # Danish, Norwegian, Swedish, Icelandic, Finnish
    "punktum", "prik", "prikk", "punktur", "piste",
    # Polish, Czech, Slovak, Slovene, Croatian, Serbian, Hungarian, Romanian, Latvian, Lithuanian, Albanian
    "kropka", "tečka", "bodka", "pika", "točka", "tačka", "pont", "punct", "punkts", "taškas", "pikë",
    # Russian, Ukrainian, Belarusian, Bulgarian, Macedonian
    "точка", "тчк", "дот", "крапка", "кропка", "точко", "tochka",
    # Greek, Turkish, Arabic, Persian, Urdu, Hebrew, Hindi
    "τελεία", "τελεια", "teleia", "nokta", "نقطة", "نقطه", "دوت", "دات", "נקודה", "डॉट", "बिंदु",
    # Vietnamese, Indonesian, Filipino, Korean, Thai, Chinese, Japanese, Esperanto
    "chấm", "dấu chấm", "titik", "tuldok", "닷", "점", "쩜", "จุด", "ดอท", "点", "點", "ドット", "punkto",
)  # fmt: skip

_GLUED_DOT: Final = ("点", "點", "ドット", "どっと", "닷", "점", "쩜", "จุด", "ดอท")

#: How other scripts spell the commonest endings.
_SPELLED: Final = (
    "ком", "нет", "орг", "ру", "рф", "юа", "уа", "кз", "бг", "κομ", "γρ", "קום", "كوم", "コム",
    "컴", "닷컴", "कॉम", "คอม", "کام", "ελ", "c0m",
)  # fmt: skip

#: How hasty fingers do, and ROT13.
_SLIPS: Final = ("kom", "komm", "comm", "con", "cmo", "ocm", "vom", "xom", "coom", "ogr", "pbz")


def _either(words: tuple[str, ...]) -> str:
    """Return an expression for any of *words*, as a reader sees them, the longest first, by their first letters."""
    # Each a second time as `fold` leaves it where one of its letters is a Latin one: "собaка".
    mixed = {spelled for word in words if not (spelled := fold("a" + word).text[1:]).isascii()}
    seen = mixed | {fold(word).text for word in words}
    longest = sorted(seen, key=lambda word: (word[0], -len(word), word))
    return "|".join(
        f"{re.escape(first)}(?:{'|'.join(_spaced(word[1:]) for word in same)})"
        for first, same in groupby(longest, key=itemgetter(0))
    )


def _spaced(word: str) -> str:
    return re.escape(word).replace("\\ ", "[ -]")


AT_WORD: Final = _either(_AT)
SLIGHT_AT: Final = _either(_SLIGHT)
GLUED_AT: Final = _either(_GLUED)
SIGN_WORD: Final = _either(_SIGN)
DOT_WORD: Final = _either(_DOT)
GLUED_DOT: Final = _either(_GLUED_DOT)
SPELLED: Final = _either(_SPELLED)
SLIPS: Final = _either(_SLIPS)
"""Expressions for what `fold` leaves of these words."""
