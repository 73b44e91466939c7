"""The files that other sites' pages load: read once, packed, named after their content where they may be kept for ever.

`parley.js` and `parley.css` keep their names, which stand in people's pages. The modules that `parley.js` loads when a
reader acts are named by the thread itself, so that a page which was loaded before an upgrade still finds its own.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service.web.bodies import Body

_FOLDER = Path(__file__).parent

#: The script that pages name, and the modules that follow when a reader acts.
ENTRY: Final = "parley.js"
MODULES: Final = ("write", "report")

_BRIEFLY = "public, max-age=3600, stale-while-revalidate=86400"
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    path: str
    body: Body
    mimetype: str
    cache_control: str
    etag: str

    @property
    def integrity(self) -> str:
        """What a page pins the file with (Subresource Integrity)."""
        return f"sha384-{b64encode(hashlib.sha384(self.body.plain).digest()).decode()}"


class Assets:
    """The files by the name that they are asked for."""

    def __init__(self, folder: Path) -> None:
        style = "\n".join((folder / name).read_text("utf-8") for name in ("tokens.css", "thread.css"))
        self._by_name = dict(
            [
                _asset("parley.css", style, "text/css"),
                *(_asset(f"{name}.js", _script(folder, name), "text/javascript") for name in ("parley", "counts")),
            ]
        )
        self.modules: dict[str, Asset] = {}
        for name in MODULES:
            text = _script(folder, name)
            hashed, self.modules[name] = _asset(f"{name}.{_digest(text)}.js", text, "text/javascript", _FOR_EVER)
            self._by_name[hashed] = self.modules[name]

    @property
    def entry(self) -> Asset:
        """The script that pages name."""
        return self._by_name[ENTRY]

    def get(self, name: str) -> Asset | None:
        """Return the file of that *name*, or None."""
        return self._by_name.get(name)


def _script(folder: Path, name: str) -> str:
    return (folder / "embed" / f"{name}.js").read_text("utf-8")


def _asset(name: str, text: str, mimetype: str, cache_control: str = _BRIEFLY) -> tuple[str, Asset]:
    return name, Asset(f"/embed/v1/{name}", Body.of(text), mimetype, cache_control, _digest(text))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _sources() -> Iterator[bytes]:
    for kind in ("templates/**/*.html", "locales/*.toml", "static/**/*.js"):
        for path in sorted(_FOLDER.glob(kind)):
            yield path.read_bytes()


ASSETS: Final = Assets(_FOLDER / "static")

#: Changes with whatever a fragment is drawn from, so that no browser keeps one of an earlier version.
DIGEST: Final = hashlib.sha256(b"\0".join(_sources())).hexdigest()[:16]
