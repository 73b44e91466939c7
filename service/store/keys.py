"""Every key in Redis: its name, its type, its meaning. Nothing else builds a key.

A site lives in one of PARTITIONS partitions, and all keys of a partition carry its hash tag, so that one script may
touch them all in a Redis Cluster. Sites, people and tokens span partitions and live under a tag of their own.

Registry, tag `{registry}`
    meta                hash    partitions, schema, fingerprints: a fingerprint of nothing; checked at start
    security            stream  the security log, its oldest trimmed: field record, a Record as JSON
    security:strangers  stream  the same, of what strangers cause: failed sign-ins
    seals               hash    name of a sealing key → nothing, sealed with it; checked at start
    sites               hash    site id → Site as JSON; *: how often people and tokens came and went
    people              hash    person id → Member as JSON with an Argon2 hash
    names               hash    case-folded sign-in name → person id
    tokens              hash    token id → Token as JSON with a SHA-256 of the secret
    tokens:used         hash    token id → ms at which it was last used, to the minute
    invitation:<hash>   string  Member to be, as JSON, or "used <person id>"; good for fifteen minutes, known for a week
    reset:<hash>        string  "<person id> <credential>" of whose password a link sets anew; expires
    attempts:<hash>     string  GCRA's theoretical arrival time of tries to sign in, ms: of a name from a network, of a
                                name, of a network, of a browser that signed in before; expires
    turn:<hash>         string  ms from when a name that many try may be tried from one network; expires
    session:<hash>      hash    a session, by its secret's SHA-256: member, credential, began, seen (ms), browser,
                                network: its fingerprint, told: what its next page shows, as JSON; expires when it ends
    sessions:<person>   zset    hashes of a person's sessions by when they began, ms; some may have ended; expires
    worker              string  the workers' last heartbeat, ms by Redis's clock
    tried               string  empty: written to find out whether anything can be

Partition, tag `{p00}` …
    outbox              stream  event ids not yet fanned out: fields site, event, comment
    lanes               zset    lanes "<site> <endpoint>" by the ms at which there may be something to claim in them
    open                zset    deliveries neither delivered nor dead by the ms since which they could be made
    replays             zset    replays under way "<site> <endpoint> <mode> <cursor> <until>" by when to go on
    batches             zset    batches under way "<site> <batch>" by when to go on
    tried               string  empty, in a Cluster: written to find out whether anything can be
    clock               hash    seen: a time that it had, ms, renewed by the minute; backs: how often it went back

Site, in its partition's tag
    comment:<id>        hash    the comment (codec.py), its version, sequence, `told`: the last sequence fanned out,
                                undo_until: when its last decision can't be undone any more, before, before_version:
                                the outcome that is public until then, and the decision that made it,
                                size: bytes of its fields, network: the digest of whence it came, while it is held
    decisions:<id>      list    Decisions as JSON, oldest first, append-only
    lease:<id>          hash    token, holder, name; expires when the lease ends
    leases              zset    leased comments by the ms at which their lease ends
    waiting:<sorting>   zset    held comments that nobody escalated: worst by their worst score, oldest by created_at,
                                useful by how near they are to the threshold less the days since the epoch
    waiting:in:<facet>  zset    the same, those held for a reason, of an author or on a page, by created_at
    held                hash    comments, bytes: how many comments are held, and of how many bytes;
                                <network>, <network>:bytes: those of one network
    escalated           zset    comments that were handed on, by when
    spam                zset    comments marked as spam, by when
    decided             zset    comments that people decided, by when; the last ones
    written:<author>    zset    every comment of an author, by created_at
    record:<author>     hash    outcome → how many of the author's comments stand there
    marks               hash    author key or address's fingerprint → block, mute or trust
    marked:<author>     set     the author keys that were marked along with the author
    acts:<subject>      list    Entries as JSON, oldest first, append-only: of an author, a thread or a comment
    acts                stream  the site's moderation log, in order, its oldest trimmed: field entry, an Entry as JSON
    reports:<id>        list    Reports as JSON, oldest first, bounded
    reporters:<id>      set     digests of the networks that reported the comment, bounded
    reported            zset    published comments that readers reported, by how many reports wait for a decision
    reported:latest     zset    the same, by their last report
    thread:<key>        zset    public comments by created_at
    tree:<key>          zset    paths of public comments, all with score 0: in order, a thread reads as a tree
    roots:<key>         zset    first-level comments with anything public at or below them, by created_at
    busy:<key>          zset    the same, by how many are public
    soon:<key>          zset    "<show or hide> <created_at> <root_at> <path>": what changes there, by the end of the
                                undo window that it waits for
    about:<key>         hash    url, title, opened: ms of its first comment, closed: "1" once closed by hand,
                                pinned: the first-level comment that stands first, if one does,
                                revision: counts public changes, for ETags
    author:<known_as>   hash    published, refused: counts of whoever holds an author key; of all who hold none
    unsettled:<known_as>  zset  "<comment> <outcome before> <outcome>" of the decisions that can still be undone, by
                                when no more; expires then
    said:<digest>       string  id of the comment in which this author said this here; expires
    receipt:<digest>    string  "<payload digest> <comment id> <outcome>" of an Idempotency-Key; expires
    pace:<digest>       string  GCRA's theoretical arrival time of a network's comments or reports, ms; expires
    pace:reads <id>     string  the same, of an author's readings of that comment
    event:<id>          hash    the event (codec.py); `cancelled` once undone, `retold` once
                                redacted; expires after the retention
    events              stream  the site's event log, in order: fields event, type; what replay reads
    history:<comment>   zset    the comment's events by sequence; expires after the retention
    endpoints           hash    endpoint id → Endpoint as JSON, secrets and header values sealed
    health:<endpoint>   hash    paused, disabled (why), disabled_at, catching_up: why nothing is fanned out to it;
                                missing_from: ms of the first event that it misses; failing_since, failing_from,
                                delivered_at, streak: quick answers in a row; rests_until, arrival: its pace, ms;
                                backs: of the clock, when its lane was last set right;
                                sequence, told: of the events about itself
    delivery:<event>:<endpoint>  hash  state, failures, created_at, changed_at, due_at; expires after the retention
    attempts:<event>:<endpoint>  list  Attempts as JSON, the newest last, bounded
    line:<endpoint>:<comment>    zset  deliveries to one endpoint about one comment by sequence: one of them, as a rule
                                       the first, is in the lane or in flight
    lane:<endpoint>     zset    deliveries to the endpoint by the ms at which they are due
    flying:<endpoint>   zset    claimed deliveries by the ms at which their claim ends
    log:<endpoint>      zset    its deliveries' events by when they were made, bounded
    log:<endpoint>:<state>  zset  the same, those waiting, delivered or dead, by their last change
    batch:<id>          hash    the Batch (codec.py); it and its lists expire 30 days after it is done
    batch:<id>:todo     list    "<comment> <version>" of what it is to do
    batch:<id>:made     list    "<comment> <version>" that its decisions made
    batch:<id>:refused  list    Refusals as JSON
    batches             zset    the site's batches by when they began, bounded
"""

from binascii import crc32

from service.core.listing import Sorting

PARTITIONS = 16
SCHEMA = 3

_PREFIX = "parley"
_REGISTRY = f"{_PREFIX}:{{registry}}"

META = f"{_REGISTRY}:meta"
SITES = f"{_REGISTRY}:sites"
PEOPLE = f"{_REGISTRY}:people"
NAMES = f"{_REGISTRY}:names"
TOKENS = f"{_REGISTRY}:tokens"
TOKENS_USED = f"{_REGISTRY}:tokens:used"
SEALS = f"{_REGISTRY}:seals"
SECURITY = f"{_REGISTRY}:security"
TRIED = f"{_REGISTRY}:tried"
SECURITY_STRANGERS = f"{_REGISTRY}:security:strangers"
WORKER = f"{_REGISTRY}:worker"

#: The field of `sites` that counts, and that no site's id can be.
CHANGES = "*"


def invitation(digest: str) -> str:
    """Return the key of the invitation whose secret has *digest*."""
    return f"{_REGISTRY}:invitation:{digest}"


def reset(digest: str) -> str:
    """Return the key of the link that sets a password anew, whose secret has *digest*."""
    return f"{_REGISTRY}:reset:{digest}"


def sign_in_attempts(digest: str) -> str:
    """Return the key that paces tries to sign in: for a name, from a network, or both."""
    return f"{_REGISTRY}:attempts:{digest}"


def sign_in_turn(digest: str) -> str:
    """Return the key that says from when a name that many try may be tried from one network."""
    return f"{_REGISTRY}:turn:{digest}"


def session(digest: str) -> str:
    """Return the key of the session whose secret has *digest*."""
    return f"{_REGISTRY}:session:{digest}"


def sessions_of(person: str) -> str:
    """Return the key of a person's sessions."""
    return f"{_REGISTRY}:sessions:{person}"


def partition_of(site: str) -> int:
    """Return the partition in which *site* lives, for ever."""
    return crc32(site.encode()) % PARTITIONS


def outbox(partition: int) -> str:
    """Return the partition's stream of events to fan out."""
    return f"{_tag(partition)}:outbox"


def due(partition: int) -> str:
    """Return the partition's lanes by when there may be something to claim in them."""
    return f"{_tag(partition)}:lanes"


def undelivered(partition: int) -> str:
    """Return the partition's deliveries that are under way."""
    return f"{_tag(partition)}:open"


def replays(partition: int) -> str:
    """Return the partition's replays that are under way."""
    return f"{_tag(partition)}:replays"


def batches(partition: int) -> str:
    """Return the partition's batches that are under way."""
    return f"{_tag(partition)}:batches"


def clock(partition: int) -> str:
    """Return what is known of the clock of the partition's server."""
    return f"{_tag(partition)}:clock"


def tried(partition: int) -> str:
    """Return the key that is written to find out whether the partition can be."""
    return f"{_tag(partition)}:tried"


def _tag(partition: int) -> str:
    return f"{_PREFIX}:{{p{partition:02}}}"


class SiteKeys:
    """The keys of one site."""

    __slots__ = ("_site", "clock", "due", "outbox", "partition", "replays", "running", "undelivered")

    def __init__(self, site: str) -> None:
        self.partition = partition_of(site)
        self.outbox = outbox(self.partition)
        self.due = due(self.partition)
        self.undelivered = undelivered(self.partition)
        self.replays = replays(self.partition)
        self.running = batches(self.partition)
        self.clock = clock(self.partition)
        self._site = f"{_tag(self.partition)}:{site}"

    def comment(self, comment: str) -> str:
        return f"{self._site}:comment:{comment}"

    def decisions(self, comment: str) -> str:
        return f"{self._site}:decisions:{comment}"

    def lease(self, comment: str) -> str:
        return f"{self._site}:lease:{comment}"

    @property
    def leases(self) -> str:
        return f"{self._site}:leases"

    def waiting(self, sorting: Sorting) -> str:
        return f"{self._site}:waiting:{sorting}"

    def facet(self, facet: str) -> str:
        return f"{self._site}:waiting:in:{facet}"

    @property
    def held(self) -> str:
        return f"{self._site}:held"

    @property
    def escalated(self) -> str:
        return f"{self._site}:escalated"

    @property
    def spam(self) -> str:
        return f"{self._site}:spam"

    @property
    def decided(self) -> str:
        return f"{self._site}:decided"

    def written(self, author: str) -> str:
        return f"{self._site}:written:{author}"

    def record(self, author: str) -> str:
        return f"{self._site}:record:{author}"

    @property
    def marks(self) -> str:
        return f"{self._site}:marks"

    def marked(self, author: str) -> str:
        return f"{self._site}:marked:{author}"

    def acts(self, subject: str) -> str:
        return f"{self._site}:acts:{subject}"

    @property
    def moderation_log(self) -> str:
        return f"{self._site}:acts"

    def reports(self, comment: str) -> str:
        return f"{self._site}:reports:{comment}"

    def reporters(self, comment: str) -> str:
        return f"{self._site}:reporters:{comment}"

    @property
    def reported(self) -> str:
        return f"{self._site}:reported"

    @property
    def reported_latest(self) -> str:
        return f"{self._site}:reported:latest"

    def thread(self, thread: str) -> str:
        return f"{self._site}:thread:{thread}"

    def tree(self, thread: str) -> str:
        return f"{self._site}:tree:{thread}"

    def roots(self, thread: str) -> str:
        return f"{self._site}:roots:{thread}"

    def busy(self, thread: str) -> str:
        return f"{self._site}:busy:{thread}"

    def soon(self, thread: str) -> str:
        return f"{self._site}:soon:{thread}"

    def about(self, thread: str) -> str:
        return f"{self._site}:about:{thread}"

    def author(self, known_as: str) -> str:
        return f"{self._site}:author:{known_as}"

    def unsettled(self, known_as: str) -> str:
        return f"{self._site}:unsettled:{known_as}"

    def said(self, digest: str) -> str:
        return f"{self._site}:said:{digest}"

    def receipt(self, digest: str) -> str:
        return f"{self._site}:receipt:{digest}"

    def pace(self, digest: str) -> str:
        return f"{self._site}:pace:{digest}"

    def event(self, event: str) -> str:
        return f"{self._site}:event:{event}"

    @property
    def events(self) -> str:
        return f"{self._site}:events"

    @property
    def endpoints(self) -> str:
        return f"{self._site}:endpoints"

    def delivery(self, event: str, endpoint: str) -> str:
        return f"{self._site}:delivery:{event}:{endpoint}"

    def attempts(self, event: str, endpoint: str) -> str:
        return f"{self._site}:attempts:{event}:{endpoint}"

    def line(self, endpoint: str, comment: str) -> str:
        return f"{self._site}:line:{endpoint}:{comment}"

    def lane(self, endpoint: str) -> str:
        return f"{self._site}:lane:{endpoint}"

    def flying(self, endpoint: str) -> str:
        return f"{self._site}:flying:{endpoint}"

    def health(self, endpoint: str) -> str:
        return f"{self._site}:health:{endpoint}"

    def log(self, endpoint: str, state: str = "") -> str:
        return f"{self._site}:log:{endpoint}:{state}" if state else f"{self._site}:log:{endpoint}"

    def history(self, comment: str) -> str:
        return f"{self._site}:history:{comment}"

    def batch(self, batch: str, part: str = "") -> str:
        return f"{self._site}:batch:{batch}:{part}" if part else f"{self._site}:batch:{batch}"

    @property
    def batches(self) -> str:
        return f"{self._site}:batches"
