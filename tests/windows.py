"""The time, moved: what is stored of an undo window's end."""

from service.store.connection import Connection
from service.store.keys import SiteKeys


def end_window(connection: Connection, site: str, id: str) -> None:
    """Let the undo window of the last decision on a comment, if it is open, have ended."""
    keys = SiteKeys(site)
    thread = connection.do("HGET", keys.comment(id), "thread")
    known_as = connection.do("HGET", keys.comment(id), "known_as")
    connection.do("HSET", keys.comment(id), "undo_until", 1)
    for key in (keys.soon(thread), keys.unsettled(known_as)):
        for member in connection.do("ZRANGE", key, 0, -1):
            if id in member:
                connection.do("ZADD", key, "XX", 1, member)
