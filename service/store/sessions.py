"""Who is signed in: sessions under their secrets' digests, so that a copy of the data forges none. They expire."""

import hashlib
import json
from dataclasses import asdict
from typing import Final

from service.core.people import Member
from service.core.session import Session, Told
from service.store import codec, keys
from service.store.connection import Connection
from service.store.script import Args, Keys, Script, flat

_BEGIN: Final = Script("begin_session")
_FIND: Final = Script("session")
_TELL: Final = Script("tell")

#: How often it is noted that a session is in use, ms.
NOTED: Final = 60_000

#: By how much a clock may go back before what it began has ended, ms.
SLACK: Final = 60_000

#: Sessions of one person; the oldest give way.
MOST: Final = 20


class Sessions:
    """The sessions of everyone, which last *life* ms, and *idle* ms unused."""

    def __init__(self, connection: Connection, *, life: int, idle: int) -> None:
        self._redis = connection
        self.life, self.idle = life, min(idle, life)

    def begin(self, person: Member, secret: str, *, browser: str, network: str) -> None:
        """Begin a session of *person*, which whoever has its *secret* uses; *browser* and *network* tell it apart."""
        digest = digest_of(secret)
        fields = {"member": person.id, "credential": person.credential, "browser": browser, "network": network}
        many = self._redis.run(
            _BEGIN,
            keys={"session": keys.session(digest), "sessions": keys.sessions_of(person.id)},
            args={
                "digest": digest,
                "life": self.life,
                "idle": self.idle,
                "most": MOST,
                "fields": flat(fields | {"told": ""}),
            },
        )
        self._redis.pipe([("DEL", keys.session(each)) for each in many])

    def find(self, secret: str, *, renew: bool) -> Session | None:
        """Return the session of *secret*, or None when it has ended: by time, or with the password that began it, or
        its person. To *renew* it is to say that it is in use."""
        digest = digest_of(secret)
        place, question = self._question(digest, note_after=NOTED if renew else 0)
        return _session(digest, self._redis.ask(_FIND, keys=place, args=question))

    def of(self, person: Member) -> list[Session]:
        """Return the person's sessions, the last begun first."""
        digests = self._redis.do("ZRANGE", keys.sessions_of(person.id), 0, -1, "REV")
        answers = self._redis.run_each(_FIND, [self._question(digest) for digest in digests])
        found = (_session(digest, answer) for digest, answer in zip(digests, answers, strict=True))
        return [session for session in found if session is not None and session.member.id == person.id]

    def end(self, digest: str, *, person: str) -> None:
        """End a session of the *person* of that id."""
        self._redis.pipe([("DEL", keys.session(digest)), ("ZREM", keys.sessions_of(person), digest)])

    def tell(self, digest: str, told: Told) -> None:
        """Keep what the session's next page shows."""
        text = json.dumps(asdict(told)) if told != Told() else ""
        self._redis.ask(_TELL, keys={"session": keys.session(digest)}, args={"told": text})

    def _question(self, digest: str, *, note_after: int = 0) -> tuple[Keys, Args]:
        return (
            {"session": keys.session(digest), "people": keys.PEOPLE},
            {"life": self.life, "idle": self.idle, "note_after": note_after, "slack": SLACK},
        )


def digest_of(secret: str) -> str:
    """Return under what a session is kept."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _session(digest: str, answer: list[str] | None) -> Session | None:
    if not answer or not answer[7]:
        return None
    id, credential, began, seen, browser, network, told, person = answer
    member = codec.member(id, person)
    if member.credential != credential:
        return None
    kept = json.loads(told) if told else {}
    messages = tuple((kind, text) for kind, text in kept.get("messages", ()))
    return Session(digest, member, int(began), int(seen), browser, network, Told(messages, kept.get("undo")))
