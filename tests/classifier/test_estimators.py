"""What `make train` also writes: scikit-learn's estimators, for those who want to carry on from them."""

from pathlib import Path

import numpy as np
import skops.io

from classifier.model import LABELS
from classifier.scorer import Scorer
from classifier.training import estimators
from classifier.training.design import Design

SCORER = Scorer.load()


def test_the_estimators_come_back_from_the_file_and_judge_as_before(tmp_path: Path) -> None:
    path = tmp_path / "build" / "english.skops"
    estimators.write(path, estimators.weights_of(SCORER.table), SCORER.table.bias)
    assert skops.io.get_untrusted_types(file=path) == []
    heads = skops.io.load(path)["heads"]
    texts = ["you are a stupid idiot", "thanks for the article", "you are not stupid"]
    features = Design([SCORER.reader.texts(text) for text in texts], SCORER.additive.charged).matrix(np.arange(3))
    for place, label in enumerate(LABELS):
        served = [SCORER.raw(text)[place] for text in texts]
        assert np.allclose(heads[label].decision_function(features.astype(np.float64)), served, atol=1e-6)
