"""What a reader's browser loads before the reader acts, packed by gzip: `python -m bench.weight` (needs npm).

Ours as served; peers' from what they publish. Neither what loads on first use nor the thread itself is counted.
"""

import gzip
import subprocess
import tarfile
import tempfile
from pathlib import Path

import urllib3

from bench.reading import isso_files
from tests.running import RunningParley

#: Package on npm and the files that its documentation has a page load.
PEERS = {
    "Artalk": ("artalk", "dist/Artalk.js", "dist/Artalk.css"),
    "Waline": ("@waline/client", "dist/waline.js", "dist/waline.css"),
}


def main() -> None:
    """Print the bytes of each, files by file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parley = RunningParley(folder / "data")
        names = ("parley.js", "parley.css")
        show("Parley", [packed(f"{parley.url}/embed/v1/{name}") for name in names], names)
        parley.stop()
        files = isso_files()
        show("Isso", [len(gzip.compress(file.read_bytes())) for file in files], [file.name for file in files])
        for peer, (package, *wanted) in PEERS.items():
            contents = [from_npm(package, path, folder) for path in wanted]
            show(peer, [len(gzip.compress(content)) for content in contents], wanted)


def show(name: str, sizes: list[int], files: tuple[str, ...] | list[str]) -> None:
    """Print one line."""
    parts = ", ".join(f"{file} {size:,}" for file, size in zip(files, sizes, strict=True))
    print(f"{name:8}{sum(sizes):9,} bytes   {parts}")


def packed(url: str) -> int:
    """Return how many bytes are sent for *url*."""
    answer = urllib3.request(
        "GET", url, headers={"Accept-Encoding": "gzip"}, preload_content=False, decode_content=False
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    return len(answer.read())


def from_npm(package: str, path: str, folder: Path) -> bytes:
    """Return the file at *path* of a package's newest version."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    archive = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]
    with tarfile.open(folder / archive) as tar:
        file = tar.extractfile(f"package/{path}")
        assert file is not None
        return file.read()


if __name__ == "__main__":
    main()
