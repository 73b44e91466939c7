"""The model's card: its figures are the shipped model's, and are written between two marks."""

import re
from pathlib import Path

import numpy as np
import pytest

from classifier.scorer import Scorer
from classifier.training import card
from classifier.training.evaluating import GATES, Evaluation, Figure

CARD = Path(__file__).parents[2] / "docs" / "model-card.md"


def evaluation() -> Evaluation:
    chance = np.random.default_rng(1)
    truth = (chance.random(400) < 0.3).astype(float)
    curve = truth, np.clip(0.6 * truth + 0.4 * chance.random(400), 0, 1)
    found = Evaluation("english-test", curves=dict.fromkeys(card._DRAWN, curve))
    found.groups["Some"] = [
        Figure("reached", 0.99, least=0.9),
        Figure("missed", 0.5, most=0.25, gate=0.6),
        Figure("barred", 0.7, least=0.95, gate=0.88),
    ]
    found.peers["a slice"] = {"ours": 0.9, "a peer": 0.8}
    return found


def test_the_card_and_its_plots_are_of_the_shipped_model() -> None:
    text = CARD.read_text("utf-8")
    assert f"Model `{Scorer.load().model}`" in text
    plots = re.findall(r"!\[[^]]*\]\(([^)]*)\)", text)
    assert len(plots) == 2
    assert all((CARD.parent / plot).is_file() for plot in plots)


def test_figures_are_written_between_the_marks_and_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "card.md"
    path.write_text(f"Before.\n{card.BEGIN}\nold\n{card.END}\nAfter.\n")
    card.write(path, evaluation(), {"toxicity": [0.97, 0.9699, 0.1]})
    text = path.read_text("utf-8")
    assert text.startswith(f"Before.\n{card.BEGIN}\nModel `english-test`.")
    assert text.endswith(f"{card.END}\nAfter.\n")
    assert "| missed | 0.5000 | ≤ 0.25 | missed by 0.250 | 0.6 |" in text
    assert "| a slice | 0.9000 | 0.8000 |" in text
    assert (tmp_path / "card" / "calibration.png").stat().st_size > 1000


def test_a_card_without_marks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "card.md"
    path.write_text("No marks.")
    with pytest.raises(ValueError, match="no place for figures"):
        card.write(path, evaluation(), {})


def test_what_does_not_reach_its_figure_may_pass_the_gate_and_what_does_not_pass_bars_a_release() -> None:
    found = evaluation()
    assert [figure.name for figure in found.missed] == ["missed", "barred"]
    assert [figure.name for figure in found.barred] == ["barred"]
    assert set(GATES) >= {"identity", "negation", "attack"}
