"""The figures and plots of an evaluation, written into the model's card between its two marks."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt
from sklearn.metrics import roc_curve

from classifier.training.evaluating import ASKED, HELD_AT, Evaluation, Figure

BEGIN: Final = "<!-- figures: written by `make evaluate` -->"
END: Final = "<!-- end of figures -->"

Quantising = Mapping[str, Sequence[float]]

#: The slices whose plots are drawn and whose thresholds are told.
_DRAWN: Final = ("Wikipedia, natural rate", "News (`civil_comments`)", "News (`civil_scored`)")
_THRESHOLDS: Final = (0.1, 0.2, HELD_AT, 0.5, 0.7, 0.9)


def write(card: Path, evaluation: Evaluation, quantising: Quantising) -> None:
    """Put the figures of *evaluation* into *card*, and its plots into the folder of the same name beside it.

    *quantising* tells by label the area of the fitted and of the shipped weights, and their greatest difference.
    """
    text = card.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{card} has no place for figures: it needs the lines {BEGIN} and {END}")
    plots = card.with_suffix("")
    plots.mkdir(exist_ok=True)
    _draw_roc(plots / "roc.png", evaluation)
    _draw_calibration(plots / "calibration.png", evaluation)
    card.write_text(f"{before}{BEGIN}\n{_figures(evaluation, quantising, plots.name)}{END}{after}", "utf-8")


def _figures(evaluation: Evaluation, quantising: Quantising, plots: str) -> str:
    parts = [f"Model `{evaluation.model}`.\n"]
    for name, figures in evaluation.groups.items():
        parts.append(f"\n**{name}**\n\n| | measured | to reach | | gate |\n| --- | --- | --- | --- | --- |\n")
        parts += [_row(figure) for figure in figures]
    if evaluation.peers:
        parts.append(_peers(evaluation))
    parts.append(_quantising(quantising))
    parts.append(_thresholds(evaluation))
    parts.append(f"\n![ROC curves]({plots}/roc.png) ![Calibration]({plots}/calibration.png)\n")
    return "".join(parts)


def _row(figure: Figure) -> str:
    if figure.most is not None:
        bound, gap = f"≤ {figure.most:g}", figure.value - figure.most
    elif figure.least is not None:
        bound, gap = f"≥ {figure.least:g}", figure.least - figure.value
    else:
        bound, gap = "", 0.0
    missed = "" if figure.holds else f"missed by {gap:.3f}"
    gate = "" if figure.gate is None else f"{figure.gate:g}"
    return f"| {figure.name} | {figure.value:.4f} | {bound} | {missed} | {gate} |\n"


def _peers(evaluation: Evaluation) -> str:
    names = list(dict.fromkeys(peer for areas in evaluation.peers.values() for peer in areas))
    lines = [
        f"\n**Beside what one can install (AUC on the same rows; {ASKED} of each slice in domain)**\n\n",
        f"| | {' | '.join(names)} |\n| --- |{' --- |' * len(names)}\n",
    ]
    for name, areas in evaluation.peers.items():
        told = " | ".join(f"{areas[peer]:.4f}" if peer in areas else "" for peer in names)
        lines.append(f"| {name} | {told} |\n")
    return "".join(lines)


def _quantising(costs: Quantising) -> str:
    lines = [
        "\n**What quantising costs** (test slice, whole texts, raw scores)\n\n",
        "| label | AUC, fitted | AUC, shipped | greatest difference |\n| --- | --- | --- | --- |\n",
    ]
    lines += [f"| {label} | {fitted} | {shipped} | {gap} |\n" for label, (fitted, shipped, gap) in costs.items()]
    return "".join(lines)


def _thresholds(evaluation: Evaluation) -> str:
    lines = [
        "\n**Thresholds** of the toxicity score alone: what a site publishes and holds, and what it misses\n\n",
        "| slice | threshold | published | held | toxic among the published | toxic missed | fine held |\n",
        "| --- | --- | --- | --- | --- | --- | --- |\n",
    ]
    for name in _DRAWN:
        truth, probabilities = evaluation.curves[name]
        for bar in _THRESHOLDS:
            held = probabilities >= bar
            published = truth[~held].mean() if (~held).any() else 0.0
            shares = (1 - held.mean(), held.mean(), published, (~held)[truth == 1].mean(), held[truth == 0].mean())
            lines.append(f"| {name} | {bar:g} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |\n")
    return "".join(lines)


def _draw_roc(path: Path, evaluation: Evaluation) -> None:
    figure, axes = _axes("Share of fine comments held", "Share of toxic comments held")
    for name in _DRAWN:
        fine, toxic, _ = roc_curve(*evaluation.curves[name])
        axes.plot(fine, toxic, label=name)
    _save(path, figure, axes)


def _draw_calibration(path: Path, evaluation: Evaluation) -> None:
    figure, axes = _axes("Predicted probability", "Share that people call toxic")
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name in _DRAWN:
        truth, probabilities = evaluation.curves[name]
        bins = np.minimum((probabilities * 10).astype(int), 9)
        seen = [at for at in range(10) if (bins == at).sum() >= 5]
        means = [(probabilities[bins == at].mean(), truth[bins == at].mean()) for at in seen]
        axes.plot(*zip(*means, strict=True), marker="o", label=name)
    _save(path, figure, axes)


def _axes(across: str, up: str) -> Any:
    figure, axes = plt.subplots(figsize=(4.5, 4.0))
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    return figure, axes


def _save(path: Path, figure: Any, axes: Any) -> None:
    axes.legend(fontsize=7)
    figure.tight_layout()
    # Without the program's version in it, the same figures make the same file.
    figure.savefig(path, dpi=90, metadata={"Software": None})
    plt.close(figure)
