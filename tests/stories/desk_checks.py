"""The invariants of the desk: after every step the store holds exactly what the model says."""

from collections import Counter
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from service.core.comment import Outcome
from service.core.listing import Listing, Sorting
from service.store import codec
from service.store.outbox import Outbox
from service.store.pages import Pages
from tests.desks import Desk
from tests.stories import desk_model
from tests.stories.desk_model import Known


class DeskChecks(RuleBasedStateMachine):
    """A desk beside its model. Rules change both alike; see `test_review_model`."""

    def __init__(self, desk: Desk, pages: Pages, outbox: Outbox) -> None:
        super().__init__()
        self.desk, self.pages, self.outbox, self.keys = desk, pages, outbox, desk.keys
        self.comments: dict[str, Known] = {}
        self.written: dict[str, list[str]] = {}
        desk.connection.do("FLUSHALL")
        outbox.open([self.keys.partition])

    def sorted_set(self, key: str) -> dict[str, float]:
        return dict(self.desk.connection.do("ZRANGE", key, 0, -1, "WITHSCORES"))

    @invariant()
    def each_comment_is_in_its_lists_alone(self) -> None:
        keys, expected = self.keys, desk_model.listed(self.comments.values())
        for listing, key in {
            Listing.REPORTED: keys.reported,
            Listing.ESCALATED: keys.escalated,
            Listing.SPAM: keys.spam,
            Listing.DECIDED: keys.decided,
        }.items():
            assert set(self.sorted_set(key)) == expected[listing], listing
        reports = {each.id: each.reports for each in self.comments.values() if each.reports}
        assert self.sorted_set(keys.reported) == reports
        assert set(self.sorted_set(keys.reported_latest)) == set(reports)

    @invariant()
    def what_waits_is_in_every_order_at_its_first_place_and_in_its_indexes(self) -> None:
        waiting = [each for each in self.comments.values() if each.waits]
        for sorting in Sorting:
            assert self.sorted_set(self.keys.waiting(sorting)) == {each.id: each.places[sorting] for each in waiting}
        prefix = self.keys.facet("")
        found = self.desk.connection._client.scan_iter(f"{prefix}*")
        stored = {key.removeprefix(prefix): self.sorted_set(key) for key in found}
        assert stored == desk_model.indexed(waiting)

    @invariant()
    def what_is_held_is_counted_as_a_recount_would(self) -> None:
        connection, recount = self.desk.connection, Counter[str]()
        for each in self.comments.values():
            fields = connection.do("HGETALL", self.keys.comment(each.id))
            told = codec.comment_fields(codec.comment(each.id, self.desk.site.id, fields))
            size = sum(len(fields[name].encode()) for name in told)
            assert int(fields["size"]) == size
            assert each.outcome is Outcome.HELD or "network" not in fields
            if each.outcome is Outcome.HELD:
                network = fields.get("network")
                recount += Counter({"comments": 1, "bytes": size})
                recount += Counter({network: 1, f"{network}:bytes": size}) if network else Counter()
        stored = Counter({name: int(count) for name, count in connection.do("HGETALL", self.keys.held).items()})
        assert stored == recount
        assert set(stored) - {"comments", "bytes"} == set(recount) - {"comments", "bytes"}

    @invariant()
    def decisions_are_only_appended_and_their_versions_count_up(self) -> None:
        answers = self.desk.connection.pipe([("LRANGE", self.keys.decisions(id), 0, -1) for id in self.comments])
        for each, texts in zip(self.comments.values(), answers, strict=True):
            before = self.written.get(each.id, [])
            assert texts[: len(before)] == before
            self.written[each.id] = texts
            decisions = [codec.decision(text) for text in texts]
            assert [decision.version for decision in decisions] == list(range(1, each.version + 1))
            assert [(made.outcome, made.escalates, made.undoes, made.batch) for made in decisions] == each.steps

    @invariant()
    def a_comment_says_what_its_last_decision_does(self) -> None:
        for each in self.comments.values():
            found = self.desk.queue.find(self.desk.site.id, each.id)
            stands = (each.version, each.outcome, each.steps[-1].escalates)
            assert (found.version, found.outcome, found.is_escalated) == stands

    @invariant()
    def every_change_has_one_event_in_the_outbox_or_the_log(self) -> None:
        connection = self.desk.connection
        waiting = [fields["event"] for _, fields in connection.do("XRANGE", self.keys.outbox, "-", "+")]
        logged = [fields["event"] for _, fields in connection.do("XRANGE", self.keys.events, "-", "+")]
        ids = [*logged, *waiting]
        assert len(set(ids)) == len(ids) == sum(len(each.events) for each in self.comments.values())
        told: dict[str, dict[int, Any]] = {id: {} for id in self.comments}
        for fields in connection.pipe([("HGETALL", self.keys.event(id)) for id in ids]):
            told[fields["comment"]][int(fields["sequence"])] = (fields["type"], "cancelled" in fields)
        for each in self.comments.values():
            expected = [(event.type.value, event.cancelled) for event in each.events]
            assert told[each.id] == dict(enumerate(expected, 1))

    @invariant()
    def an_author_s_record_counts_what_they_wrote(self) -> None:
        for author, expected in desk_model.records(self.comments.values()).items():
            record = self.desk.connection.do("HGETALL", self.keys.record(author))
            assert Counter({outcome: int(count) for outcome, count in record.items()}) == expected
            wrote = {each.id for each in self.comments.values() if each.first.author.identity == author}
            assert set(self.sorted_set(self.keys.written(author))) == wrote

    @invariant()
    def a_page_shows_what_is_public(self) -> None:
        for thread in {each.first.thread for each in self.comments.values()}:
            expected, keys = desk_model.page(self.comments.values(), thread), self.keys
            assert self.pages.state(self.desk.site.id, thread).count == len(expected.thread)
            stored = map(
                self.sorted_set, (keys.thread(thread), keys.tree(thread), keys.roots(thread), keys.busy(thread))
            )
            assert tuple(stored) == expected
        for each in self.comments.values():
            assert self.desk.queue.seen(self.desk.site.id, each.id).is_public == each.shows

    @invariant()
    def open_comments_are_listed_with_their_holders(self) -> None:
        held = self.desk.review.leases.held(self.desk.site.id)
        assert held == {each.id: each.lease[0].actor for each in self.comments.values() if each.lease}
