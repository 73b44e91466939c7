"""Which texts go to a person because the model does not know their language."""

from pathlib import Path

import pytest

from classifier.scorer import Scorer

SCORER = Scorer.load()
SHORT = (Path(__file__).parent / "short_comments.txt").read_text("utf-8").splitlines()

FOREIGN = {
    "de": "Das ist wirklich eine gute Frage, aber niemand hat sie beantwortet.",
    "fr": "Je ne comprends pas pourquoi les gens sont toujours aussi en colère.",
    "es": "No entiendo por qué la gente siempre está tan enojada con esto.",
    "pt": "Não entendo por que as pessoas estão sempre com tanta raiva disso.",
    "it": "Non capisco perché la gente sia sempre così arrabbiata per questo.",
    "nl": "Ik begrijp niet waarom mensen hier altijd zo boos over zijn.",
    "sv": "Jag förstår inte varför folk alltid är så arga på det här.",
    "pl": "Nie rozumiem, dlaczego ludzie zawsze są tacy źli z tego powodu.",
    "tr": "İnsanların neden her zaman bu kadar kızgın olduğunu anlamıyorum.",
    "fi": "En ymmärrä, miksi ihmiset ovat aina niin vihaisia tästä asiasta.",
    "hu": "Nem értem, miért olyan dühösek mindig az emberek emiatt.",
    "ro": "Nu înțeleg de ce oamenii sunt mereu atât de supărați din cauza asta.",
    "ru": "Не понимаю, почему люди всегда так злятся из-за этого.",
    "uk": "Не розумію, чому люди завжди так сердяться через це і що з цим робити.",
    "el": "Δεν καταλαβαίνω γιατί οι άνθρωποι είναι πάντα τόσο θυμωμένοι.",
    "he": "אני לא מבין למה אנשים תמיד כל כך כועסים על זה",
    "ar": "لا أفهم لماذا يغضب الناس دائما من هذا",
    "zh": "我不明白为什么人们总是对此如此生气。",
    "ja": "なぜ人々がいつもこんなに怒っているのか分かりません。",
    "ko": "사람들이 왜 항상 이렇게 화가 나 있는지 모르겠어요.",
    "hi": "मुझे समझ नहीं आता कि लोग हमेशा इतने गुस्से में क्यों रहते हैं।",
}


@pytest.mark.parametrize("language", FOREIGN)
def test_another_language_is_known_and_left_to_a_person(language: str) -> None:
    scored = SCORER.score(FOREIGN[language])
    assert (scored.language, scored.unscored) == (language, "language")


@pytest.mark.parametrize(
    "text",
    [
        "Das ist so dumm von dir, du alter Esel",
        "Ihr seid doch alle bescheuert",
        "Halt einfach die Klappe, du Idiot",
        "Que vergonha, esse idiota não sabe nada",
    ],
)
def test_insults_in_another_language_are_left_to_a_person(text: str) -> None:
    assert SCORER.score(text).unscored == "language"


def test_short_english_comments_are_judged() -> None:
    unscored = [text for text in SHORT if SCORER.score(text).unscored]
    assert len(SHORT) >= 200
    assert len(unscored) <= len(SHORT) / 100, unscored


def test_disguised_english_is_judged() -> None:
    for text in ("you are a ѕtυріԁ іԁіоt", "f u c k  y o u", "ʏᴏᴜ ᴀʀᴇ ᴅᴜᴍʙ", "wtf omg lol u r dum", "sh*t f**k b*tch"):
        assert SCORER.score(text).unscored is None, text
