"""The way to Redis: one server, a Sentinel group or a Cluster, by URL; scripts, pipelines, and what failing means.

What Redis cannot answer now becomes `Unavailable`; asking again is safe, because every script knows its own answer.
With replicas a write is acknowledged only when they hold it too (WAIT): without that a failover loses acknowledged
writes.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

import redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import ClusterError, NoScriptError, RedisClusterException
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

from service.core.errors import StartRefused, Unavailable

#: Seconds: a request that waits longer is better answered 503, so that its page can try again.
TIMEOUT: Final = 5.0

#: Milliseconds that an acknowledgement waits for its replicas.
REPLICA_WAIT: Final = 1500

Argument = str | int | float | bytes
Command = tuple[Argument, ...]

_LUA = Path(__file__).parent / "lua"

#: Answers that are about the server's state, not about our command.
_STATES = ("OOM", "MISCONF", "READONLY", "LOADING", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN")


class _SentinelPool(SentinelConnectionPool, redis.BlockingConnectionPool):
    """A pool that waits for a free connection, where redis-py's own for Sentinel refuses."""


class Script:
    """One atomic change: the Lua file *name*, loaded when the server does not know it yet."""

    def __init__(self, name: str) -> None:
        self.source = (_LUA / f"{name}.lua").read_text("utf-8")
        self.sha = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()


class Connection:
    """A pool of connections, opened when first used, so that it may be made before a fork."""

    def __init__(self, client: Any, *, replicas: int = 0) -> None:
        self._client = client
        self._replicas = replicas
        self.is_cluster = isinstance(client, RedisCluster)

    def run(self, script: Script, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        """Run *script* in one step, and wait for the replicas it must reach. Raises Unavailable."""
        with _translated():
            return self._loaded(self._evaluate, script, keys, args)

    def ask(self, script: Script, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        """Run *script*, which changes nothing that must reach a replica, in one step. Raises Unavailable."""
        with _translated():
            return self._loaded(lambda command, key: self._client.execute_command(*command), script, keys, args)

    @staticmethod
    def _loaded(
        evaluate: Callable[[list[Argument], str], Any], script: Script, keys: Sequence[str], args: Sequence[Argument]
    ) -> Any:
        try:
            return evaluate(["EVALSHA", script.sha, len(keys), *keys, *args], keys[0])
        except NoScriptError:
            return evaluate(["EVAL", script.source, len(keys), *keys, *args], keys[0])

    def run_each(self, script: Script, calls: Sequence[tuple[Sequence[str], Sequence[Argument]]]) -> list[Any]:
        """Run *script* for each of *calls* (keys, arguments), in their order and each in one step of its own, in one
        round trip where one server has them all. Raises Unavailable; some calls may then have been run."""
        if len(calls) < 2 or self.is_cluster or self._replicas:
            return [self.run(script, keys, args) for keys, args in calls]
        with _translated():
            pipeline = self._client.pipeline(transaction=False)
            pipeline.execute_command("SCRIPT", "LOAD", script.source)
            for keys, args in calls:
                pipeline.execute_command("EVALSHA", script.sha, len(keys), *keys, *args)
            return list(pipeline.execute())[1:]

    def do(self, *command: Argument, **options: Any) -> Any:
        """Send one command. Raises Unavailable."""
        with _translated():
            return self._client.execute_command(*command, **options)

    def pipe(self, commands: Sequence[Command]) -> list[Any]:
        """Send *commands* in one round trip, each on its own. Raises Unavailable."""
        if not commands:
            return []
        with _translated():
            pipeline = self._client.pipeline(transaction=False)
            for command in commands:
                pipeline.execute_command(*command)
            return list(pipeline.execute())

    def close(self) -> None:
        """Close what is open."""
        self._client.close()
        # The client closes no pool that it was handed.
        servers = [node.redis_connection for node in self._client.get_nodes()] if self.is_cluster else [self._client]
        for server in servers:
            if server is not None:
                server.connection_pool.disconnect()

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


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError, ClusterError, RedisClusterException) as error:
        raise Unavailable("Redis", "it does not answer.") from error
    except redis.ResponseError as error:
        # redis-py strips the code of the answers that it knows by type.
        if str(error).startswith(_STATES) or isinstance(error, redis.exceptions.ReadOnlyError | redis.OutOfMemoryError):
            raise Unavailable("Redis", "it takes no writes now.") from error
        raise


def connect(url: str, *, connections: int, replicas: int | None = None) -> Connection:
    """Return a connection to the server, Sentinel group or Cluster at *url*. Raises StartRefused for a wrong URL."""
    options: dict[str, Any] = {
        "decode_responses": True,
        "socket_connect_timeout": TIMEOUT,
        "socket_timeout": TIMEOUT,
        "health_check_interval": 30,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), 3),
    }
    scheme = urlsplit(url).scheme
    try:
        if scheme == "redis+cluster":
            return Connection(_cluster(url, connections, options), replicas=1 if replicas is None else replicas)
        if scheme == "redis+sentinel":
            return Connection(_sentinel(url, connections, options), replicas=1 if replicas is None else replicas)
        pool = redis.BlockingConnectionPool.from_url(url, max_connections=connections, timeout=TIMEOUT, **options)
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
        "connection_pool_class": redis.BlockingConnectionPool,
        "max_connections": connections,
        "timeout": TIMEOUT,
    }
    return RedisCluster(startup_nodes=nodes, **pool, **access, **options)


def _sentinel(url: str, connections: int, options: dict[str, Any]) -> redis.Redis:
    hosts, access = _hosts(url, port=26379)
    group, _, database = urlsplit(url).path.strip("/").partition("/")
    if not group:
        raise ValueError("name the Sentinel group, like redis+sentinel://host1,host2/mymaster/0")
    sentinel: Any = Sentinel(hosts, socket_connect_timeout=TIMEOUT, socket_timeout=TIMEOUT)  # type: ignore[no-untyped-call]
    bounds = {"max_connections": connections, "timeout": TIMEOUT, "connection_pool_class": _SentinelPool}
    client = sentinel.master_for(group, db=int(database or 0), **bounds, **access, **options)
    return cast("redis.Redis", client)
