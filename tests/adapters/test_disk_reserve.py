"""Metrics on a full disk: what cannot be kept is missing, and the process lives."""

import os
import subprocess
import sys
from pathlib import Path

from tests.disks import fill, small_disk
from tests.running import REPOSITORY

PROGRAM = """
import sys
from service.adapters import metrics
print("started", flush=True)
sys.stdin.readline()
for n in range(500):
    metrics.ACCEPTED.labels(outcome=f"outcome {n}").inc()
    metrics.REQUESTS.labels(f"/route/{n}", "GET", "200").observe(n)
print(metrics.ACCEPTED.labels(outcome="outcome 499")._value.get(), flush=True)
print("/route/0" in metrics.exposition({}).decode(), flush=True)
"""


def counting(folder: Path) -> "subprocess.Popen[str]":
    """Start a process whose metrics are in *folder*, and that counts once it reads a line."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=REPOSITORY,
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_disk_that_gets_full_ends_no_process(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=2) as disk:
        process = counting(disk)
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        fill(disk)
        out, err = process.communicate("go\n", timeout=60)
        assert process.returncode == 0, err
        assert out.endswith("1.0\nTrue\n")
        # Said in the log, once for each of its two files.
        assert out.count("metrics_have_no_room") == 2


def test_a_disk_that_is_full_from_the_start_ends_no_process(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=1) as disk:
        fill(disk)
        process = counting(disk)
        out, err = process.communicate("go\n", timeout=60)
        assert process.returncode == 0, err
        assert out.endswith("1.0\nFalse\n")


def test_values_are_kept_and_gathered_where_there_is_room(tmp_path: Path) -> None:
    process = counting(tmp_path)
    out, err = process.communicate("go\n", timeout=60)
    assert (process.returncode, out) == (0, "started\n1.0\nTrue\n"), err
