"""Fitting: one logistic regression for each label on the hashed features, quantised, calibrated on natural rows."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from classifier import artifact
from classifier.model import BUCKETS, LABELS, features
from classifier.training.rows import Example, read, share
from classifier.words import words

#: The slice that is never fitted on: half of it calibrates, half of it measures.
HELD_OUT: Final = 0.1

STRENGTH: Final = 0.6

Say = Callable[[str], None]


def train(folder: Path, out: Path, *, say: Say) -> None:
    """Fit on the files of *folder*, write the model to *out* and say how it does on the slice that it never saw."""
    examples = list(read(folder))
    say(f"{len(examples):,} texts")
    matrix = design([example.text for example in examples])
    say(f"{matrix.shape[1]:,} features")
    held = np.array([share(example.text) < HELD_OUT for example in examples])
    table = np.zeros((BUCKETS, len(LABELS)))
    bias, slope, offset = np.zeros(len(LABELS)), np.ones(len(LABELS)), np.zeros(len(LABELS))
    for place, label in enumerate(LABELS):
        known = np.array([label in example.labels for example in examples])
        truth = np.array([example.labels.get(label, 0) for example in examples])
        weights = np.array([example.weight for example in examples])
        fitted = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)
        rows = known & ~held
        fitted.fit(matrix[rows], truth[rows], sample_weight=weights[rows])
        table[:, place], bias[place] = fitted.coef_[0], fitted.intercept_[0]
        raw = matrix @ table[:, place] + bias[place]
        slope[place], offset[place] = _calibrated(examples, raw, truth, known & held, label)
        test = known & held
        say(f"{label:16} {roc_auc_score(truth[test], raw[test]):.4f} AUC on {test.sum():,} unseen texts")
    scale = np.abs(table).max(axis=0) / 127
    arrays = {"table": np.round(table / scale), "scale": scale, "bias": bias, "slope": slope, "offset": offset}
    digest = hashlib.sha256(b"".join(np.asarray(array, "<f4").tobytes() for array in arrays.values())).hexdigest()
    out.parent.mkdir(parents=True, exist_ok=True)
    artifact.save(out, id=f"english-{digest[:12]}", arrays=arrays)
    say(f"wrote {out} ({out.stat().st_size / 1e6:.1f} MB)")


def design(texts: Sequence[str]) -> Any:
    """Return the sparse matrix of *texts*: (documents × words) · (words × features), rows scaled by 1/√distinct
    words."""
    vocabulary: dict[str, int] = {}
    rows, columns = [], []
    for row, text in enumerate(texts):
        for word in {word.text for word in words(text)}:
            rows.append(row)
            columns.append(vocabulary.setdefault(word, len(vocabulary)))
    documents = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (len(texts), len(vocabulary)))
    found = [(place, *feature) for word, place in vocabulary.items() for feature in features(word)]
    at, buckets, weights = zip(*found, strict=True)
    spelled = sparse.csr_matrix((np.array(weights, np.float32), (at, buckets)), (len(vocabulary), BUCKETS))
    counts = np.maximum(documents.getnnz(axis=1), 1)
    return (sparse.diags(1 / np.sqrt(counts)) @ documents @ spelled).tocsr()


def _calibrated(examples: Sequence[Example], raw: Any, truth: Any, known: Any, label: str) -> tuple[float, float]:
    """Return Platt's slope and offset on natural rows, where the label's own rate is the site's."""
    natural = known & np.array([example.natural or label == "spam" for example in examples])
    fitted = LogisticRegression(C=1e6).fit(raw[natural].reshape(-1, 1), truth[natural])
    return float(fitted.coef_[0][0]), float(fitted.intercept_[0])
