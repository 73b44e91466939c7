"""What one sees of one's own account at the desk."""

from dataclasses import dataclass

from service.core.session import Session
from service.web.words import Moment


@dataclass(frozen=True, slots=True)
class SessionShown:
    """A session in its person's list: where it is, since when, and when it was last used."""

    handle: str
    browser: str
    began: Moment
    seen: Moment
    is_own: bool
    is_near: bool

    @classmethod
    def of(cls, session: Session, *, own: Session, now: float) -> "SessionShown":
        """Show *session* to whoever looks from their *own*, at *now*, ms since the epoch."""
        return cls(
            handle=session.handle,
            browser=session.browser,
            began=Moment.of(session.began, now=now),
            seen=Moment.of(session.seen, now=now),
            is_own=session.digest == own.digest,
            is_near=session.network == own.network,
        )
