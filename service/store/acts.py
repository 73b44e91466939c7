"""What moderators do beside deciding: kept with what it concerns, and in the site's moderation log."""

from typing import Final, Literal

from service.core.acts import Entry
from service.core.comment import Mark
from service.store import codec
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.script import NOTHING, Args, Script

_ACT: Final = Script("act")

#: Entries that a site's moderation log keeps, about.
MOST_LOGGED: Final = 1_000_000

#: Before the log's newest entry.
NEWEST: Final = "+"


class Acts:
    """The acts on every site. Each is one step with the change that it makes."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def record(self, site: str, entry: Entry) -> Entry:
        """Log *entry*; return it with its time."""
        return self._run(site, entry)

    def mark(self, site: str, entry: Entry, mark: Mark, *, known_as: str) -> Entry:
        """Log *entry*, and give *mark* to its author by identity and by the author key."""
        return self._run(site, entry, "mark", {"mark": mark.value, "author_key": known_as})

    def unmark(self, site: str, entry: Entry) -> Entry:
        """Log *entry*, and take the mark from its author and from every author key that was marked along."""
        return self._run(site, entry, "unmark")

    def change_thread(self, site: str, entry: Entry, field: Literal["closed", "pinned"], value: str) -> Entry:
        """Log *entry*, and set *field* of its thread; an empty value takes it away."""
        return self._run(site, entry, "thread", {"field": field, "value": value})

    def of(self, site: str, subject: str, *, limit: int) -> list[Entry]:
        """Return up to *limit* entries about an author, a thread or a comment, newest first."""
        texts = self._redis.do("LRANGE", SiteKeys(site).acts(subject), -limit, -1)
        return [codec.entry(text) for text in reversed(texts)]

    def log(self, site: str, *, before: str = NEWEST, limit: int) -> list[tuple[str, Entry]]:
        """Return up to *limit* entries of the site's log with their places, newest first, from *before* on."""
        end = before if before == NEWEST else f"({before}"
        found = self._redis.do("XREVRANGE", SiteKeys(site).moderation_log, end, "-", "COUNT", limit)
        return [(place, codec.entry(fields["entry"])) for place, fields in found]

    def _run(
        self,
        site: str,
        entry: Entry,
        change: Literal["", "mark", "unmark", "thread"] = "",
        values: Args = NOTHING,
    ) -> Entry:
        keys = SiteKeys(site)
        stored = self._redis.run(
            _ACT,
            keys={
                "moderation_log": keys.moderation_log,
                "marks": keys.marks,
                "marked": keys.marked(entry.subject),
                "about": keys.about(entry.subject),
                "concerned": [keys.acts(subject) for subject in entry.lists],
            },
            args={
                "id": entry.id,
                "entry": codec.entry_json(entry),
                "most_logged": MOST_LOGGED,
                "change": change,
                "subject": entry.subject,
                **values,
            },
        )
        return codec.entry(stored)
