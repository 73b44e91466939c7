"""What a person does about a comment: the four actions, and the decision that each makes."""

from enum import StrEnum

from service.core.comment import Actor, Comment, Decision, Outcome, Reason
from service.core.masking import MaskedText


class Action(StrEnum):
    """What a person does, by the word that the API takes for it. Only the policy holds a comment."""

    APPROVE = "published"
    REJECT = "rejected"
    MARK_SPAM = "spam"
    ESCALATE = "escalated"

    def outcome_for(self, comment: Comment) -> Outcome:
        """Return the outcome of *comment* afterwards: one that is escalated keeps its own."""
        return comment.outcome if self is Action.ESCALATE else Outcome(self.value)

    def decide(
        self,
        comment: Comment,
        *,
        actor: Actor,
        rule: MaskedText | None,
        note: MaskedText | None,
        told: MaskedText | None,
        batch: str = "",
    ) -> Decision:
        """Return the decision of *actor* to do this to *comment*."""
        reasons = (Reason.ESCALATED,) if self is Action.ESCALATE else ()
        return Decision(self.outcome_for(comment), actor, reasons, rule=rule, note=note, told=told, batch=batch)
