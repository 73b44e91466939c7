"""The model's file: what is not a sound one is refused, with a sentence."""

from pathlib import Path

import numpy as np
import pytest

from classifier import artifact
from classifier.artifact import ArtifactError
from classifier.scorer import DEFAULT, Scorer

SOUND = DEFAULT.read_bytes()


def faulty(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(ArtifactError, match="make train") as raised:
        Scorer.load(path)
    return raised.value.fault


def test_the_shipped_model_is_small_and_sound() -> None:
    assert len(SOUND) <= artifact.LARGEST
    assert Scorer.load().model.startswith("english-")


def test_a_missing_model_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="cannot be read"):
        Scorer.load(tmp_path / "none.model")


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda data: b"", "cannot be read"),
        (lambda data: b"PK\x03\x04" + data[4:], "not a model of Parley's"),
        (lambda data: data.replace(b"PARLEY-MODEL 2", b"PARLEY-MODEL 9", 1), "another version"),
        (lambda data: data[: len(data) // 2], "damaged or cut short"),
        (lambda data: data[:40], "damaged or cut short"),
        (lambda data: data[:200_000] + bytes([data[200_000] ^ 1]) + data[200_001:], "damaged or cut short"),
        (lambda data: data + b"\0", "damaged or cut short"),
    ],
)
def test_a_damaged_model_is_refused(tmp_path: Path, damage, fault: str) -> None:  # type: ignore[no-untyped-def]
    assert fault in faulty(tmp_path / "a.model", damage(SOUND))


def test_a_sound_file_that_is_no_judge_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.model"
    artifact.save(path, about={"id": "x"}, arrays={"words": np.zeros((2, 2), np.int8)})
    assert "missing" in faulty(path, path.read_bytes()) or "lacks" in faulty(path, path.read_bytes())


def test_a_model_too_large_to_ship_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allowed"):
        artifact.save(tmp_path / "a.model", about={}, arrays={"words": np.zeros(artifact.LARGEST, np.int8)})


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    numbers = np.arange(6, dtype=np.float64).reshape(2, 3)
    artifact.save(tmp_path / "a.model", about={"id": "x"}, arrays={"numbers": numbers})
    found = artifact.load(tmp_path / "a.model")
    assert found.about == {"id": "x"}
    assert (found.array("numbers", "float64", 2, None) == numbers).all()
    with pytest.raises(ValueError, match="read-only"):
        found.array("numbers", "float64", 2, 3)[0, 0] = 1
