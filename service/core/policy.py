"""A site's policy: when the machine may publish, and when a person looks first. It rejects only who was blocked."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.core.comment import Held, Mark, Outcome, Reason, Standing
from service.core.errors import Fault, InvalidChange
from service.core.thread import DEEPEST
from service.core.verdict import SPAM, Opinion, Unscored, Verdict


class Policy(BaseModel):
    """The values a site owner may set. `config/policy.toml` holds the defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    publish_below: float = Field(ge=0, le=1, description="A comment with any score at or above this is held.")
    hold_newcomers: bool = Field(description="Hold comments of authors who have none published yet.")
    hold_links_above: int = Field(ge=0, le=100, description="Hold a comment with more links than this.")
    require_name_email: bool = Field(description="Authors must give a name and an e-mail address.")
    comments_per_minute: float = Field(gt=0, le=6000, description="Comments that one network may post a minute.")
    comments_burst: int = Field(ge=1, le=6000, description="Comments that one network may post at once.")
    seconds_to_write: float = Field(ge=0, le=60, description="Hold a comment that a form sends sooner than this.")
    most_held: int = Field(
        ge=50, le=10_000_000, description="Comments that may be held at most; one network has a fiftieth of them."
    )
    most_held_megabytes: float = Field(ge=1, le=100_000, description="Megabytes that these may have at most.")
    reply_depth: int = Field(ge=0, le=DEEPEST, description="Levels of replies that are shown indented.")
    close_after_days: int = Field(ge=0, le=36500, description="Days after which a thread takes no more; 0 for never.")

    @property
    def room(self) -> Held:
        """How much may be held."""
        return Held(self.most_held, round(self.most_held_megabytes * 1_000_000))

    def changed(self, values: Mapping[str, Any]) -> "Policy":
        """Return this policy with *values* instead. Raises InvalidChange with a fault for each wrong one."""
        try:
            return Policy.model_validate(self.model_dump() | dict(values))
        except ValidationError as error:
            raise InvalidChange([_fault(detail["loc"], detail["msg"]) for detail in error.errors()]) from None


#: The opinion on a comment with which nothing is wrong: where even that is held, every comment is.
SPOTLESS: Final = Verdict("", "", {})

#: What a typed address that is marked says at most. Trust is not for the typing.
_BY_ADDRESS: Final[dict[Mark | None, tuple[Reason, ...]]] = {
    Mark.MUTE: (Reason.MUTED,),
    Mark.BLOCK: (Reason.BLOCKED,),
}


def decide(
    opinion: Opinion,
    *,
    links: int,
    standing: Standing,
    policy: Policy,
    is_automatic: bool = False,
    is_lookalike: bool = False,
) -> tuple[Outcome, tuple[Reason, ...]]:
    """Publish or hold, with every reason that applies; reject whom a person blocked. What could not be scored is never
    published, whatever the policy says.

    A comment *is_automatic* when its form was filled in as only a program does. It *is_lookalike* where its author's
    name may pass for a moderator's: then it is held whoever wrote it, for trust was given under another name.
    """
    if standing.mark is Mark.BLOCK:
        return Outcome.REJECTED, (Reason.BLOCKED,)
    reasons = tuple(_holding(opinion, links=links, standing=standing, policy=policy))
    reasons += (Reason.AUTOMATIC,) if is_automatic else ()
    reasons += (Reason.LOOKALIKE,) if is_lookalike else ()
    reasons += _marked(standing, is_held=bool(reasons), policy=policy)
    return (Outcome.HELD, reasons) if reasons else (Outcome.PUBLISHED, (Reason.SAFE,))


def usefulness(opinion: Opinion, *, policy: Policy) -> float:
    """Return from 0 to 1 how much a person's decision would teach: most at the threshold, nothing of the unscored."""
    return 0.0 if isinstance(opinion, Unscored) else 1 - abs(opinion.worst - policy.publish_below)


def _holding(opinion: Opinion, *, links: int, standing: Standing, policy: Policy) -> list[Reason]:
    reasons = []
    if isinstance(opinion, Unscored):
        reasons.append(Reason.UNSCORED)
    else:
        high = {label for label, score in opinion.scores.items() if not score < policy.publish_below}
        if high - {SPAM}:
            reasons.append(Reason.TOXIC)
        if SPAM in high:
            reasons.append(Reason.SPAM)
    if standing.mark is Mark.TRUST:
        return reasons
    if links > policy.hold_links_above:
        reasons.append(Reason.LINKS)
    if policy.hold_newcomers and standing.published == 0:
        reasons.append(Reason.NEWCOMER)
    return reasons


def _marked(standing: Standing, *, is_held: bool, policy: Policy) -> tuple[Reason, ...]:
    """Return why an author's mark holds a comment, by the author key, or else by the address that was typed.

    Where a stranger's comment may be published at once, an address never is the only reason to hold one: that would
    tell whoever guesses it that it is marked.
    """
    if standing.mark:
        return (Reason.MUTED,) if standing.mark is Mark.MUTE else ()
    if not (is_held or policy.hold_newcomers):
        return ()
    return _BY_ADDRESS.get(standing.address_mark, ())


def _fault(location: tuple[int | str, ...], message: str) -> Fault:
    name = str(location[0])
    known = ", ".join(Policy.model_fields)
    if name not in Policy.model_fields:
        return Fault(name, f"{name} is not a value of a policy. There are: {known}.")
    return Fault(name, f"{name} is not valid: {message[:1].lower()}{message[1:]}.")
