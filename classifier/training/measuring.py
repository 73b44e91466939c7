"""Measures of a classifier, and the slices that it is measured on."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from classifier.training.rows import Example, Slice

Numbers = NDArray[np.float64]

_PEERS: Final = Path(__file__).parent / "peers.py"


def area(truth: Any, scores: Any) -> float:
    """Return the area under the ROC curve."""
    return float(roc_auc_score(truth, scores))


def calibration_error(truth: Any, probabilities: Any, weights: Any | None = None) -> float:
    """Return the expected calibration error over ten bins of equal width (Naeini et al., 2015)."""
    weights = np.ones(len(truth)) if weights is None else weights
    bins = np.minimum((probabilities * 10).astype(int), 9)
    gaps = [abs(np.sum((probabilities - truth)[bins == at] * weights[bins == at])) for at in range(10)]
    return float(sum(gaps) / weights.sum())


def false_positives(truth: Any, scores: Any, *, recall: float) -> float:
    """Return the share of negatives at or above the score that *recall* of the positives reach."""
    bar = np.quantile(scores[truth == 1], 1 - recall)
    return float((scores[truth == 0] >= bar).mean())


def slices(examples: Sequence[Example]) -> Mapping[str, list[Example]]:
    """Return the test slices in domain by name."""
    test = [example for example in examples if example.slice is Slice.TEST and "toxicity" in example.labels]
    return {
        "Wikipedia, natural rate": [row for row in test if row.source == "jigsaw_wiki" and row.natural],
        "Wikipedia, all": [row for row in test if row.source == "jigsaw_wiki"],
        "News (`civil_comments`)": [row for row in test if row.source == "civil_comments"],
        "News (`civil_scored`)": [row for row in test if row.source == "civil_scored"],
        "Forum (`ruddit`)": [row for row in test if row.source == "ruddit"],
        "Paraphrases (`paradetox`)": [row for row in test if row.source == "paradetox"],
        "Reddit (`cad_reddit`)": [row for row in test if row.source == "cad_reddit"],
        "Chat (`convabuse`)": [row for row in test if row.source == "convabuse"],
    }


def ask_peers(python: Path, texts: Sequence[str], names: Sequence[str] = ()) -> Mapping[str, list[float]]:
    """Return the scores of *texts* by each peer, or those of *names*, asked in the environment of *python*."""
    done = subprocess.run(
        [str(python), str(_PEERS), *names], input=json.dumps(list(texts)), stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found
