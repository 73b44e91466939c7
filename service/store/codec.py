"""Comments, decisions, sites … to what Redis keeps, and back. Only what was masked comes in, so only masked text comes
out."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from service.core.action import Action
from service.core.acts import Deed, Entry
from service.core.batch import Batch
from service.core.comment import (
    Actor,
    Author,
    Comment,
    Complaint,
    Decision,
    Likened,
    Likeness,
    Millis,
    Outcome,
    Reading,
    Reason,
    Report,
)
from service.core.masking import MaskedText, restore, retold
from service.core.people import Member, Role, Token
from service.core.policy import Policy
from service.core.rules import Rule
from service.core.security import Record, SecurityEvent
from service.core.site import Site
from service.core.verdict import Opinion, Span, Unscored, Verdict

Json = dict[str, Any]


def dumps(value: object) -> str:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def comment_fields(comment: Comment) -> dict[str, str]:
    """Return what `admit` stores of a new comment; the script adds its version, times and place in the queue."""
    author = comment.author
    return {
        "thread": comment.thread,
        "thread_url": comment.thread_url,
        "thread_title": comment.thread_title,
        "parent": comment.parent,
        "name": author.name,
        "website": author.website,
        "sealed_address": author.sealed_address,
        "fingerprint": author.fingerprint,
        "known_as": author.known_as,
        "moderator": "1" if author.is_moderator else "",
        "body": comment.body,
        "sealed_covers": comment.sealed_covers,
        "lifted": "1" if comment.is_lifted else "",
        "opinion": opinion_json(comment.opinion),
        "reasons": " ".join(comment.reasons),
        "likeness": f"{comment.likeness.kind} {comment.likeness.what}" if comment.likeness else "",
    }


def comment(id: str, site: str, fields: Mapping[str, str]) -> Comment:
    """Return the comment that *fields* hold."""
    return Comment(
        id=id,
        site=site,
        thread=fields["thread"],
        thread_url=retold(fields["thread_url"]),
        thread_title=retold(fields["thread_title"]),
        parent=fields["parent"],
        author=Author(
            name=retold(fields["name"]),
            website=retold(fields["website"]),
            sealed_address=fields["sealed_address"],
            fingerprint=fields["fingerprint"],
            known_as=fields["known_as"],
            is_moderator=bool(fields["moderator"]),
        ),
        body=restore(fields["body"]),
        sealed_covers=fields["sealed_covers"],
        opinion=_opinion(json.loads(fields["opinion"])),
        outcome=Outcome(fields["outcome"]),
        reasons=tuple(Reason(reason) for reason in fields["reasons"].split()),
        version=int(fields["version"]),
        created_at=int(fields["created_at"]),
        event=fields["event"],
        path=fields["path"],
        is_escalated=bool(fields.get("escalated")),
        is_lifted=bool(fields["lifted"]),
        likeness=_likeness(fields.get("likeness", "")),
    )


def _likeness(stored: str) -> Likeness | None:
    kind, _, what = stored.partition(" ")
    return Likeness(Likened(kind), retold(what)) if kind else None


#: What `reading` needs of a comment, in its order.
READ = ("parent", "name", "website", "body", "created_at", "moderator", "lifted")


def reading(path: str, values: Sequence[Any]) -> Reading:
    """Return what readers get of the comment at *path*, whose fields `READ` have *values*."""
    parent, name, website, body, created_at, moderator, lifted = values
    above, _, id = path.rpartition("/")
    return Reading(
        id=id,
        parent=parent,
        depth=above.count("/") + 1 if above else 0,
        name=retold(name),
        website=retold(website),
        body=restore(body),
        created_at=int(created_at),
        is_moderator=bool(moderator),
        is_lifted=bool(lifted),
    )


def decision_json(decision: Decision) -> str:
    """Return a decision as the script takes it, which puts version and time in front."""
    return dumps(
        {
            "outcome": decision.outcome,
            "actor": decision.actor.id,
            "name": decision.actor.name,
            "reasons": decision.reasons,
            "rule": decision.rule,
            "note": decision.note,
            "told": decision.told,
            "batch": decision.batch,
            "undoes": decision.undoes,
        }
    )


def decision(text: str) -> Decision:
    """Return the decision that *text* holds."""
    value: Json = json.loads(text)
    return Decision(
        outcome=Outcome(value["outcome"]),
        actor=Actor(value["actor"], retold(value["name"])),
        reasons=tuple(Reason(reason) for reason in value["reasons"]),
        rule=_optional(value["rule"]),
        note=_optional(value["note"]),
        told=_optional(value["told"]),
        batch=value["batch"],
        version=value["version"],
        at=value["at"],
        undo_until=value.get("undo_until", 0),
        undoes=value["undoes"],
    )


def _optional(stored: str | None) -> MaskedText | None:
    return None if stored is None else retold(stored)


def batch_fields(batch: Batch) -> dict[str, str]:
    """Return what `begin_batch` stores of a new batch; the script adds its time and its counts."""
    return {
        "actor": batch.actor.id,
        "name": batch.actor.name,
        "outcome": batch.action or "",
        "rule": batch.rule or "",
        "note": batch.note or "",
        "told": batch.told or "",
        "undoes": batch.undoes,
    }


def batch(id: str, site: str, fields: Mapping[str, str]) -> Batch:
    """Return the batch that *fields* hold."""
    return Batch(
        id=id,
        site=site,
        actor=Actor(fields["actor"], retold(fields["name"])),
        # Batches that escalated were stored without an outcome once.
        action=None if fields["undoes"] else Action(fields["outcome"] or Action.ESCALATE),
        rule=_optional(fields["rule"] or None),
        note=_optional(fields["note"] or None),
        told=_optional(fields["told"] or None),
        undoes=fields["undoes"],
        undone_by=fields.get("undone_by", ""),
        created_at=int(fields["created_at"]),
        total=int(fields["total"]),
        made=int(fields["made"]),
        refused=int(fields["refused"]),
    )


def entry_json(entry: Entry) -> str:
    """Return an entry of the moderation log as the scripts take it, which put its time in front."""
    return dumps(
        {
            "id": entry.id,
            "deed": entry.deed,
            "actor": entry.actor.id,
            "name": entry.actor.name,
            "subject": entry.subject,
            "comment": entry.comment,
            "reason": entry.reason,
        }
    )


def entry(text: str) -> Entry:
    """Return the entry that *text* holds."""
    value: Json = json.loads(text)
    return Entry(
        id=value["id"],
        deed=Deed(value["deed"]),
        actor=Actor(value["actor"], retold(value["name"])),
        subject=value["subject"],
        comment=value["comment"],
        reason=retold(value["reason"]),
        at=value["at"],
    )


def report_json(report: Report) -> str:
    """Return a report as the script takes it, which puts its time in front."""
    return dumps({"complaint": report.complaint, "note": report.note})


def report(text: str) -> Report:
    """Return the report that *text* holds."""
    value: Json = json.loads(text)
    return Report(Complaint(value["complaint"]), retold(value["note"]), value["at"])


def site_json(site: Site) -> str:
    """Return a site as the registry keeps it."""
    return dumps(
        {
            "name": site.name,
            "origins": site.origins,
            "any_page": site.any_page,
            "language": site.language,
            "texts": dict(site.texts),
            "rules": [[rule.name, rule.told] for rule in site.rules],
            "policy": site.policy.model_dump(),
        }
    )


def site(id: str, text: str, default: Policy) -> Site:
    """Return the site that *text* holds; values that it was stored without are the default's."""
    value: Json = json.loads(text)
    return Site(
        id=id,
        name=value["name"],
        origins=tuple(value["origins"]),
        policy=default.changed(value["policy"]),
        any_page=value["any_page"],
        language=value["language"],
        texts=value["texts"],
        rules=tuple(Rule(name, told) for name, told in value["rules"]),
    )


def member_json(member: Member) -> str:
    """Return a person or a token as the registry keeps it: *secret* is a hash."""
    return dumps({"name": member.name, "role": member.role, "site": member.site, "secret": member.secret})


def member(id: str, text: str) -> Member:
    """Return the person or token that *text* holds."""
    value: Json = json.loads(text)
    return Member(id, value["name"], Role(value["role"]), value["site"], value["secret"])


def token_json(token: Token) -> str:
    """Return a token as the registry keeps it, its last use apart."""
    return dumps(json.loads(member_json(token.member)) | {"expires": token.expires_at})


def token(id: str, text: str, used: str | None) -> Token:
    """Return the token that *text* holds; of those made before tokens expired, none does."""
    return Token(member(id, text), json.loads(text).get("expires", 0), int(used or 0))


def record_json(record: Record) -> str:
    """Return a line of the security log as it is kept; its time is its place's."""
    actor = {"id": record.actor.id, "name": record.actor.name}
    rest = {"network": record.network, "site": record.site, "about": record.about}
    return dumps({"event": record.event, "actor": actor, **rest})


def record(text: str, *, at: Millis) -> Record:
    """Return the line of the security log that *text* holds, written *at* that time."""
    value: Json = json.loads(text)
    actor = Actor(value["actor"]["id"], MaskedText(value["actor"]["name"]))
    return Record(SecurityEvent(value["event"]), actor, value["network"], value["site"], value["about"], at)


def opinion_json(opinion: Opinion) -> str:
    """Return an opinion as a comment keeps it."""
    if isinstance(opinion, Unscored):
        guess = {"guess": _verdict_json(opinion.guess)} if opinion.guess else {}
        return dumps({"unscored": opinion.reason} | guess)
    return dumps(_verdict_json(opinion))


def _opinion(value: Json) -> Opinion:
    if "unscored" in value:
        return Unscored(value["unscored"], _verdict(value["guess"]) if "guess" in value else None)
    return _verdict(value)


def _verdict_json(verdict: Verdict) -> Json:
    spans = [[span.begin, span.end, span.label, round(span.weight, 4)] for span in verdict.spans]
    scores = {label: round(score, 6) for label, score in verdict.scores.items()}
    return {"model": verdict.model, "language": verdict.language, "scores": scores, "spans": spans}


def _verdict(value: Json) -> Verdict:
    return Verdict(value["model"], value["language"], value["scores"], tuple(Span(*span) for span in value["spans"]))
