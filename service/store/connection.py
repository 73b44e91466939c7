"""The way to Redis: one server, a Sentinel group or a Cluster, by URL; scripts, pipelines, and what failing means.

What Redis cannot answer now, or not in time (`patience`), becomes `Unavailable`; asking again is safe, because every
script knows its own answer.
With replicas a write is acknowledged only when they hold it too (WAIT): without that a failover loses acknowledged
writes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, Final, TypeVar, cast
from urllib.parse import unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.connection import parse_url
from redis.exceptions import ClusterError, NoScriptError, RedisClusterException
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

from service.core.errors import StartRefused, Unavailable
from service.store.patience import CONNECTING, LIMIT, TIMELY, Breaker, TimelyManaged, TimelyTcp, deadline
from service.store.script import Args, Argument, Keys, Script

#: Milliseconds that an acknowledgement waits for its replicas: twice in time, should the script not be known yet.
REPLICA_WAIT: Final = 900

#: Seconds before a call whose connection broke is made again, each time.
AGAIN: Final = (0.05, 0.1, 0.2)

Command = tuple[Argument, ...]
Answer = TypeVar("Answer")

#: Answers that are about the server's state, not about our command.
#: redis-py tells of a pipeline's first such answer behind the command that it is to.
_STATES = re.compile(
    r"(?:\A|caused error: )(?:OOM|MISCONF|READONLY|LOADING|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|MASTERDOWN)\b"
)

#: The part of a Cluster in which a key lives.
_TAG = re.compile(r"\{[^}]*\}")


class _SentinelPool(SentinelConnectionPool, redis.BlockingConnectionPool):
    """A pool that waits for a free connection, where redis-py's own for Sentinel refuses."""


class _NodePool(redis.BlockingConnectionPool):
    """A pool of a Cluster's node, whose connections keep to the deadline: redis-py lets no caller say their class."""

    def __init__(self, **options: Any) -> None:
        super().__init__(connection_class=TimelyTcp, **options)  # type: ignore[no-untyped-call]


class Connection:
    """A pool of connections, opened when first used, so that it may be made before a fork."""

    def __init__(self, client: Any, *, replicas: int = 0) -> None:
        self._client = client
        self._replicas = replicas
        self._breaker = Breaker()
        self.is_cluster = isinstance(client, RedisCluster)

    def run(self, script: Script, *, keys: Keys, args: Args) -> Any:
        """Run *script* in one step, and wait for the replicas it must reach. Raises Unavailable, and TypeError for
        *keys* and *args* that are not its own."""
        return self._loaded(self._evaluate, script, *script.words(keys, args))

    def ask(self, script: Script, *, keys: Keys, args: Args) -> Any:
        """Run *script*, which changes nothing that must reach a replica, in one step. Raises as `run` does."""

        def evaluate(command: list[Argument], _: str) -> Any:
            return self._client.execute_command(*command)

        return self._loaded(evaluate, script, *script.words(keys, args))

    def _loaded(
        self, evaluate: Callable[[list[Argument], str], Any], script: Script, keys: list[str], args: list[Argument]
    ) -> Any:
        def call() -> Any:
            try:
                return evaluate(["EVALSHA", script.sha, len(keys), *keys, *args], keys[0])
            except NoScriptError:
                return evaluate(["EVAL", script.source, len(keys), *keys, *args], keys[0])

        return self._called(keys[0], call)

    def run_each(self, script: Script, calls: Sequence[tuple[Keys, Args]]) -> list[Any]:
        """Run *script* for each of *calls* (keys, arguments), in their order and each in one step of its own, in one
        round trip where one server has them all. Raises as `run` does; some calls may then have been run."""
        words = [script.words(keys, args) for keys, args in calls]
        if len(words) < 2 or self.is_cluster or self._replicas:
            return [self._loaded(self._evaluate, script, *each) for each in words]
        evaluations = [("EVALSHA", script.sha, len(keys), *keys, *args) for keys, args in words]
        return self.pipe([("SCRIPT", "LOAD", script.source), *evaluations])[1:]

    def do(self, *command: Argument, **options: Any) -> Any:
        """Send one command. Raises Unavailable."""
        return self._called(_key_of(command), lambda: self._client.execute_command(*command, **options))

    def wait(self, *command: Argument, block: int) -> Any:
        """Send one command that waits for its answer up to *block* ms, as its words say. Raises Unavailable."""
        limit = LIMIT + block / 1000
        return self._called(_key_of(command), lambda: self._client.execute_command(*command), limit=limit)

    def pipe(self, commands: Sequence[Command]) -> list[Any]:
        """Send *commands* in one round trip, each on its own. Raises Unavailable."""
        if not commands:
            return []

        def send() -> list[Any]:
            pipeline = self._client.pipeline(transaction=False)
            for command in commands:
                pipeline.execute_command(*command)
            return list(pipeline.execute())

        return self._called(_key_of(commands[-1]), send, moves=True)

    def close(self) -> None:
        """Close what is open."""
        self._client.close()
        # The client closes no pool that it was handed.
        servers = [node.redis_connection for node in self._client.get_nodes()] if self.is_cluster else [self._client]
        for server in servers:
            if server is not None:
                server.connection_pool.disconnect()

    def _called(self, key: str, call: Callable[[], Answer], *, limit: float = LIMIT, moves: bool = False) -> Answer:
        """Return what *call* does about *key*: again where a connection broke, but never past *limit* seconds."""
        place = found[0] if self.is_cluster and (found := _TAG.search(key)) else ""
        self._breaker.enter(place)
        is_late = False
        try:
            with deadline(limit, moves=moves) as ends, _translated():
                return _persistent(call, ends=ends)
        except Unavailable as error:
            is_late = isinstance(error.__cause__, redis.TimeoutError) or monotonic() >= ends
            raise
        finally:
            (self._breaker.trip if is_late else self._breaker.close)(place)

    def _evaluate(self, command: list[Argument], key: str) -> Any:
        if not self._replicas:
            return self._client.execute_command(*command)
        # WAIT speaks of the writes of its own connection: both go in one pipeline to the node that has the key.
        node = self._client
        if self.is_cluster:
            node = self._client.get_redis_connection(self._client.get_node_from_key(key))
        pipeline = node.pipeline(transaction=False)
        pipeline.execute_command(*command)
        pipeline.execute_command("WAIT", self._replicas, REPLICA_WAIT)
        answer, reached = pipeline.execute()
        if reached < self._replicas:
            raise Unavailable("Redis", f"a write reached {reached} of {self._replicas} replicas.")
        return answer


def _persistent(call: Callable[[], Answer], *, ends: float) -> Answer:
    for pause in AGAIN:
        try:
            return call()
        except (redis.ConnectionError, ClusterError):
            if monotonic() + pause >= ends:
                raise
            sleep(pause)
    return call()


def _key_of(command: Sequence[Argument]) -> str:
    """Return the first word of *command* that is a key of ours, or nothing."""
    return next((word for word in command if isinstance(word, str) and _TAG.search(word)), "")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError, ClusterError, RedisClusterException) as error:
        raise Unavailable("Redis", "it does not answer.") from error
    except redis.ResponseError as error:
        # redis-py strips the code of the answers that it knows by type.
        if _STATES.search(str(error)) or isinstance(error, redis.exceptions.ReadOnlyError | redis.OutOfMemoryError):
            raise Unavailable("Redis", "it takes no writes now.") from error
        raise


def connect(url: str, *, connections: int, replicas: int | None = None) -> Connection:
    """Return a connection to the server, Sentinel group or Cluster at *url*. Raises StartRefused for a wrong URL."""
    options: dict[str, Any] = {
        "decode_responses": True,
        "socket_connect_timeout": CONNECTING,
        "socket_timeout": LIMIT,
        # Each try is ours: redis-py would make its own of every step.
        "retry": Retry(NoBackoff(), 0),
    }
    scheme = urlsplit(url).scheme
    try:
        if scheme == "redis+cluster":
            return Connection(_cluster(url, connections, options), replicas=1 if replicas is None else replicas)
        if scheme == "redis+sentinel":
            return Connection(_sentinel(url, connections, options), replicas=1 if replicas is None else replicas)
        options |= parse_url(url)  # type: ignore[no-untyped-call]
        options["connection_class"] = TIMELY[options.get("connection_class", redis.Connection)]
        pool: Any = redis.BlockingConnectionPool(  # type: ignore[no-untyped-call]
            max_connections=connections, timeout=CONNECTING, **options
        )
    except ValueError as error:
        raise StartRefused(f"REDIS_URL is not valid: {error}") from error
    except (redis.RedisError, RedisClusterException) as error:
        raise Unavailable("Redis", "no server of the Cluster answers.") from error
    return Connection(redis.Redis(connection_pool=pool), replicas=replicas or 0)


def _hosts(url: str, *, port: int) -> tuple[list[tuple[str, int]], dict[str, Any]]:
    netloc = urlsplit(url).netloc
    credentials, _, hosts = netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    access = {"username": unquote(username), "password": unquote(password)}
    pairs = [host.rpartition(":") if ":" in host else (host, "", str(port)) for host in hosts.split(",")]
    return [(host, int(number)) for host, _, number in pairs], {name: text for name, text in access.items() if text}


def _cluster(url: str, connections: int, options: dict[str, Any]) -> RedisCluster:
    hosts, access = _hosts(url, port=6379)
    nodes = [ClusterNode(host, port) for host, port in hosts]  # type: ignore[no-untyped-call]
    # redis-py uses the pool that it is given only when it is also given a URL.
    pool: dict[str, Any] = {
        "url": f"redis://{hosts[0][0]}:{hosts[0][1]}",
        "connection_pool_class": _NodePool,
        "max_connections": connections,
        "timeout": CONNECTING,
    }
    return RedisCluster(startup_nodes=nodes, **pool, **access, **options)


def _sentinel(url: str, connections: int, options: dict[str, Any]) -> redis.Redis:
    hosts, access = _hosts(url, port=26379)
    group, _, database = urlsplit(url).path.strip("/").partition("/")
    if not group:
        raise ValueError("name the Sentinel group, like redis+sentinel://host1,host2/mymaster/0")
    sentinel: Any = Sentinel(hosts, sentinel_kwargs=options)  # type: ignore[no-untyped-call]
    for each in sentinel.sentinels:
        each.connection_pool.connection_class = TimelyTcp
    pool = {"connection_pool_class": _SentinelPool, "connection_class": TimelyManaged}
    bounds = {"max_connections": connections, "timeout": CONNECTING}
    client = sentinel.master_for(group, db=int(database or 0), **pool, **bounds, **access, **options)
    return cast("redis.Redis", client)
