"""`python -m classifier score`: the contract with whoever evaluates a release, and with the service."""

import json
import subprocess
import sys

import pytest

from classifier.scorer import Scorer

LABELS = ["toxicity", "severe_toxicity", "profanity", "threat", "insult", "identity_attack", "spam"]


def score(*lines: str | bytes) -> tuple[list[dict[str, object]], str, int]:
    sent = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + b"\n"
    done = subprocess.run([sys.executable, "-m", "classifier", "score"], input=sent, capture_output=True)
    assert done.stdout.isascii()
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode(), done.returncode


def test_each_line_is_answered_in_order_with_all_seven_scores_and_its_spans() -> None:
    texts = ["You are a stupid idiot.", "Thanks for the article.", "naïve 🙂 idiot"]
    answers, complaints, code = score(*(json.dumps({"id": n, "text": text}) for n, text in enumerate(texts)))
    assert (code, complaints) == (0, "")
    assert [answer["id"] for answer in answers] == [0, 1, 2]
    for answer, text in zip(answers, texts, strict=True):
        assert list(answer) == ["id", "model", "language", "unscored", "scores", "spans"]
        scores, spans = answer["scores"], answer["spans"]
        assert isinstance(scores, dict)
        assert sorted(scores) == sorted(LABELS)
        assert all(isinstance(value, float) and 0 <= value <= 1 for value in scores.values())
        assert isinstance(spans, list)
        for span in spans:
            assert 0 <= span["begin"] < span["end"] <= len(text)
            assert span["label"] in LABELS
            assert span["weight"] > 0
    rude, kind, _ = answers
    assert rude["scores"]["toxicity"] > 0.5 > kind["scores"]["toxicity"]  # type: ignore[index]
    assert [texts[0][span["begin"] : span["end"]] for span in rude["spans"]] == ["stupid idiot"]  # type: ignore[attr-defined]


def test_a_bad_line_is_reported_by_its_number_and_skipped() -> None:
    answers, complaints, code = score(
        '{"id": 1, "text": "Good."}', "{", '{"id": 3}', b"\xff", '{"id": 5, "text": "Fine."}'
    )
    assert [answer["id"] for answer in answers] == [1, 5]
    assert all(f"line {number}" in complaints for number in (2, 3, 4))
    assert code == 1


@pytest.mark.parametrize("text", ["", " ", "•••@•••", "!!!", "Привет, как дела?", "今日はいい天気ですね"])
def test_what_it_cannot_judge_says_why_and_is_scored_all_the_same(text: str) -> None:
    ((answer,), _, code) = score(json.dumps({"id": "x", "text": text}))
    assert code == 0
    assert answer["unscored"]
    assert len(answer["scores"]) == 7  # type: ignore[arg-type]


def test_serving_imports_nothing_that_trains() -> None:
    program = (
        "import sys, classifier.scorer; print([m for m in sys.modules if m.split('.')[0] in ('sklearn', 'scipy')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_long_comment_is_scored_in_bounded_time() -> None:
    assert Scorer.load().score("word " * 13_105).scores["toxicity"] < 0.5
