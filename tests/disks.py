"""Small disks that can be filled."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import require


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """Mount a disk of so many *megabytes* at *folder*; without the right to, a test skips at home and fails in CI."""
    folder.mkdir()
    mounted = subprocess.run(
        [require("mount", "mount"), "-t", "tmpfs", "-o", f"size={megabytes}m", "parley-test", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        (pytest.fail if os.environ.get("NOTHING_SKIPPED") else pytest.skip)(f"Nothing can be mounted: {mounted.stderr}")
    try:
        yield folder
    finally:
        subprocess.run([require("umount", "mount"), "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Write a file that takes all the room that *disk* has left, and return it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as out:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    out.write(bytes(size))
            except OSError:
                continue
    return filler
