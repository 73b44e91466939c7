"""Whether a guest's name may pass for a moderator's: by their names, the site's, a title or a sign."""

import re
from collections.abc import Mapping
from typing import Final

from service.core.comment import Likened, Likeness
from service.core.masking import mask
from service.core.names import looks
from service.core.site import Site

#: What readers take for a moderator's badge. Ours is a word.
SIGNS: Final = frozenset("🛡⛨🔰✓✔☑✅🗸🗹√\U0001fbb1")

#: Titles that stand for whoever looks after comments, wherever they are in a name. Endings and accents are left off.
_TITLES: Final = (
    # English, German, French, Spanish, Portuguese, Italian, Dutch, Nordic, Finnish, Polish, Czech, Hungarian, Turkish
    "Moderator", "Moderation", "Modération", "Modérateur", "Modératrice", "Moderador", "Moderación", "Moderação",
    "Moderatore", "Moderazione", "Moderatie", "Moderatør", "Moderaattori", "Moderaatio", "Moderacja", "Moderátor",
    "Moderasyon", "Moderatör", "Administrator", "Administrateur", "Administratrice", "Administrador", "Amministratore",
    "Administratør", "Redaktion", "Webmaster", "Sysadmin",
    # Russian, Ukrainian, Bulgarian, Serbian, Greek
    "Модератор", "Модерация", "Модерація", "Администратор", "Адміністратор", "Администрация", "Συντονιστής",
    "Διαχειριστής",
    # Arabic, Persian, Hebrew, Hindi
    "مشرف", "مدير الموقع", "إدارة الموقع", "مدیر سایت", "מנהל האתר", "मॉडरेटर", "प्रशासक",
    # Chinese, Japanese, Korean, Thai, Vietnamese
    "管理员", "管理員", "版主", "管理者", "管理人", "モデレーター", "モデレータ", "관리자", "운영자", "ผู้ดูแล",
    "Quản trị viên",
)  # fmt: skip

#: Those that ordinary words have within them: at the ends of a word; and those with which words begin, too.
_ENDS: Final = ("Admin", "Админ")
_WORDS: Final = ("Mod", "Mods", "Staff", "Sysop", "Модер")

#: Those that say so where a name has no other words, but for “the” and “team”.
_WHOLE: Final = (
    "Editor",
    "Editors",
    "Editorial",
    "Site Owner",
    "Operator",
    "Support",
    "Parley",
    "Redakteur",
    "Rédaction",
    "Redacción",
)
_BESIDE: Final = frozenset({"the", "team"})

#: Where a word ends within others: “SiteAdmin”.
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _by_look(titles: tuple[str, ...]) -> dict[str, str]:
    """Return *titles* by how they look; of those that look alike the first."""
    return {look.replace(" ", ""): title for title in reversed(titles) for look in looks(title)}


_ANYWHERE_LOOKS, _END_LOOKS, _WORD_LOOKS, _WHOLE_LOOKS = (
    _by_look(titles) for titles in (_TITLES, _ENDS, _WORDS, _WHOLE)
)
_BESIDE_LOOKS: Final = frozenset(look for word in _BESIDE for look in looks(word))


def likeness(name: str, site: Site) -> Likeness | None:
    """Return whom readers of *site* may take a guest of that *name* for, or None."""
    if member := _named(looks(name), site.moderators):
        return Likeness(Likened.MEMBER, mask(member).text)
    if _named(looks(name), dict.fromkeys(looks(site.name), site.name)):
        return Likeness(Likened.SITE, mask(site.name).text)
    if title := _title(looks(_CAMEL.sub(" ", name)), badge=site.texts.get("moderator", "")):
        return Likeness(Likened.TITLE, mask(title).text)
    if sign := next((character for character in name if character in SIGNS), ""):
        return Likeness(Likened.SIGN, mask(sign).text)
    return None


def _named(said: tuple[str, ...], known: Mapping[str, str]) -> str:
    """Return which of the *known* names, by their looks, one that looks as *said* is or has the several words of."""
    together = {each.replace(" ", "") for each in said}
    apart = [f" {each} " for each in said]
    for look, name in known.items():
        if look.replace(" ", "") in together or (" " in look and any(f" {look} " in each for each in apart)):
            return name
    return ""


def _title(said: tuple[str, ...], *, badge: str) -> str:
    """Return the title in a name that looks as *said*, or nothing; *badge* is the site's own word for moderators."""
    together = [each.replace(" ", "") for each in said]
    whole = {"".join(word for word in each.split() if word not in _BESIDE_LOOKS) for each in said}
    words = {*together, *(word for each in said for word in each.split())}
    found = (
        *(title for look, title in _ANYWHERE_LOOKS.items() if any(look in each for each in together)),
        *(title for look, title in _END_LOOKS.items() if any(w.startswith(look) or w.endswith(look) for w in words)),
        *(title for look, title in _WORD_LOOKS.items() if look in words),
        *(title for look, title in _WHOLE_LOOKS.items() if look in whole),
        *(badge for look in looks(badge) if badge and any(f" {look} " in f" {each} " for each in said)),
    )
    return found[0] if found else ""
