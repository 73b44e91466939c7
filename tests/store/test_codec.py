"""What is stored comes back as it was."""

import json

from hypothesis import given
from hypothesis import strategies as st

from service.core.acts import Deed, Entry
from service.core.comment import Actor, Author, Comment, Decision, Outcome, Reason
from service.core.events import Attempt
from service.core.masking import restore
from service.core.policy import Policy
from service.core.site import Site
from service.core.verdict import Span, Unscored, Verdict
from service.processes.wiring import default_policy
from service.store import codec, webhook_codec

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
masked = text.map(restore)
spans = st.builds(Span, st.integers(0, 99), st.integers(0, 99), text, st.floats(0.001, 9).map(lambda x: round(x, 4)))
scores = st.dictionaries(text, st.floats(0, 1).map(lambda x: round(x, 6)), max_size=7)
verdicts = st.builds(Verdict, text, text, scores, st.lists(spans, max_size=3).map(tuple))
opinions = verdicts | st.builds(Unscored, text, st.none() | verdicts)
reasons = st.lists(st.sampled_from(Reason), unique=True).map(tuple)
authors = st.builds(Author, masked, masked, text, text, text)
millis = st.integers(0, 2**45)
comments = st.builds(
    Comment,
    id=st.just("c_1"),
    site=st.just("news"),
    thread=text,
    thread_url=text,
    thread_title=masked,
    parent=text,
    author=authors,
    body=masked,
    sealed_covers=text,
    opinion=opinions,
    outcome=st.sampled_from(Outcome),
    reasons=reasons,
    version=st.integers(1, 99),
    created_at=millis,
    event=text,
    path=text,
)


@given(
    st.builds(
        Entry,
        id=text,
        deed=st.sampled_from(Deed),
        actor=st.builds(Actor, text, text),
        subject=text,
        comment=text,
        reason=masked,
        at=millis,
    )
)
def test_an_entry_of_the_log_comes_back_as_it_was(entry: Entry) -> None:
    assert codec.entry(f'{{"at":{entry.at},{codec.entry_json(entry)[1:]}') == entry


@given(comments)
def test_a_comment_comes_back_as_it_was(comment: Comment) -> None:
    added_by_the_script = {
        "outcome": comment.outcome.value,
        "version": str(comment.version),
        "created_at": str(comment.created_at),
        "event": comment.event,
        "path": comment.path,
    }
    assert codec.comment("c_1", "news", codec.comment_fields(comment) | added_by_the_script) == comment


@given(
    st.builds(
        Decision,
        st.sampled_from(Outcome),
        st.builds(Actor, text, text),
        reasons,
        st.none() | masked,
        st.none() | masked,
        version=st.integers(1, 99),
        at=millis,
        undo_until=millis,
        undoes=st.none() | st.integers(1, 99),
    )
)
def test_a_decision_comes_back_as_it_was(decision: Decision) -> None:
    stored = json.loads(codec.decision_json(decision))
    stamped = {"version": decision.version, "at": decision.at, "undo_until": decision.undo_until} | stored
    assert codec.decision(json.dumps(stamped)) == decision


@given(st.builds(Attempt, millis, st.none() | st.integers(100, 599), st.none() | text, st.integers(0, 99999), masked))
def test_an_attempt_comes_back_as_it_was(attempt: Attempt) -> None:
    assert webhook_codec.attempt(webhook_codec.attempt_json(attempt)) == attempt


@given(text, st.lists(text, max_size=3).map(tuple), st.floats(0, 1), st.booleans())
def test_a_site_comes_back_as_it_was(name: str, origins: tuple[str, ...], below: float, any_page: bool) -> None:  # noqa: FBT001
    policy: Policy = default_policy().changed({"publish_below": below})
    site = Site("news", name, origins, policy, any_page)
    assert codec.site("news", codec.site_json(site), default_policy()) == site
