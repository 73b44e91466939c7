"""Every setting, once: its name, type, bounds, default, unit and meaning.

A field's upper-case name is its environment variable (`port` is `PORT`); the same lower-case name works in a TOML file,
named by `PARLEY_CONFIG` or `parley.toml` beside the code, and as a file in the secrets folder (`PARLEY_SECRETS`, else
`/run/secrets`). The environment wins over secrets, secrets over the file. `docs/settings.md` is tested against it.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent
SECRETS_FOLDER = Path("/run/secrets")

#: Environment variables that begin so are ours: a misspelt one stops the start instead of being ignored.
OWN_PREFIXES = ("PARLEY_", "WEBHOOK_")

_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?")

#: Ours too, but about where to read settings, so no setting can hold them.
META = ("PARLEY_CONFIG", "PARLEY_SECRETS", "PARLEY_DATASET")


class InvalidSettings(ValueError):
    """Settings that Parley cannot start with; the message is one sentence for each fault."""


def _split(value: object) -> object:
    return [part for part in value.replace(",", " ").split() if part] if isinstance(value, str) else value


def _origin(url: HttpUrl | None) -> HttpUrl | None:
    if url is not None and (url.path not in (None, "/") or url.query or url.fragment or url.username):
        raise ValueError("give only scheme, host and port, like https://comments.example.org")
    # What a host may be made of in a URL, headers would read as their own.
    if url is not None and (url.port == 0 or not (_NAME.fullmatch(url.host or "") or (url.host or "").startswith("["))):
        raise ValueError("its host must be a name or an address, like https://comments.example.org")
    return url


def _host(text: str) -> str:
    """Return a name or an address; an IPv6 one may come in brackets, as in a URL."""
    host = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        address = ip_address(host)
    except ValueError:
        if host != text or not _NAME.fullmatch(host):
            raise ValueError("give a host name or an address, like 127.0.0.1, 0.0.0.0 or ::1") from None
        return host
    return str(address)


def _proxy(url: SecretStr | None) -> SecretStr | None:
    parts = urlsplit(url.get_secret_value()) if url else None
    if parts and (parts.scheme != "http" or not parts.hostname or parts.path not in ("", "/")):
        raise ValueError("give scheme, host and port, like http://proxy.example.org:3128")
    return url


Host = Annotated[str, AfterValidator(_host)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_split)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]


def setting(default: Any, meaning: str, *, unit: str = "", **bounds: Any) -> Any:
    """Declare one setting: its default, what it means, its unit for the docs and pydantic's bounds."""
    return Field(default=default, description=meaning, json_schema_extra={"unit": unit}, **bounds)


class Settings(BaseSettings):
    """Parley's settings, read once and frozen."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", case_sensitive=False, hide_input_in_errors=True)

    host: Host = setting("127.0.0.1", "Address that the web server listens on, IPv6 too.", min_length=1, max_length=255)
    port: int = setting(8080, "Port that the web server listens on.", ge=1, le=65535)
    public_url: Annotated[HttpUrl | None, AfterValidator(_origin)] = setting(
        None,
        "Where people reach this Parley, scheme and host only. Unset: the address that the request came to. Hosts "
        "other than this, HOST and the machine's own are refused.",
    )
    trusted_proxies: Networks = setting(
        (), "Networks whose X-Forwarded-For, -Proto and -Host are believed. None: forwarded headers are ignored."
    )
    parley_data: Path = setting(REPOSITORY / "var", "Folder for the embedded server's data and the keys.")
    redis_url: SecretStr | None = setting(
        None,
        "Redis or Valkey, 7.0 or newer: redis://, rediss://, unix://, redis+sentinel://h1,h2/name/0, "
        "redis+cluster://h1,h2. Unset: an embedded Valkey.",
    )
    redis_connections: int = setting(32, "Connections that one process opens to Redis at most.", ge=2, le=1000)
    redis_replicas: int | None = setting(
        None,
        "Replicas that must hold a write before it is acknowledged. Unset: 0, and 1 for Sentinel and Cluster.",
        ge=0,
        le=10,
    )
    sealing_keys: Secrets = setting(
        (),
        "Keys that seal addresses, newest first, each 32 random bytes in base64. Unset: a file in the data folder, "
        "made on first start.",
        max_length=10,
    )
    fingerprint_key: SecretStr | None = setting(
        None,
        "Key of the addresses' fingerprints, 32 random bytes in base64. Unset: a file in the data folder, "
        "made on first start.",
    )
    cookie_key: SecretStr | None = setting(
        None,
        "Key that signs the cookies of browsers, 32 random bytes in base64; there is no older one beside it. Unset: a "
        "file in the data folder, made on first start.",
    )
    session_life: int = setting(12, "How long a session at the desk lasts at most.", unit="hours", ge=1, le=720)
    session_idle: int = setting(
        60, "How long a session at the desk lasts that nobody uses.", unit="minutes", ge=5, le=43_200
    )
    metrics_token: SecretStr | None = setting(
        None, "Bearer token for /metrics from anywhere but loopback, and through any proxy. Unset: loopback only."
    )
    web_workers: int = setting(2, "Web server processes.", ge=1, le=64)
    web_threads: int = setting(8, "Threads in each web server process.", ge=1, le=256)
    web_connections: int = setting(1000, "Connections that each web server process has at most.", ge=10, le=100_000)
    web_connections_per_network: int = setting(
        100,
        "Connections that each web server process has at most from one network, an IPv4 address or an IPv6 /64; those "
        "of TRUSTED_PROXIES do not count.",
        ge=1,
        le=100_000,
    )
    worker_concurrency: int = setting(256, "Webhooks that one worker has in flight at most.", ge=1, le=1000)
    webhook_timeout: float = setting(15, "Time for one webhook's whole exchange.", unit="seconds", ge=1, le=60)
    webhook_allow_networks: Networks = setting(
        (), "Private networks that webhooks may reach, for receivers on an intranet. They may speak plain http too."
    )
    webhook_proxy: Annotated[SecretStr | None, AfterValidator(_proxy)] = setting(
        None,
        "Egress proxy that webhooks go through, http://host:port. It finds their addresses and must itself keep them "
        "out of private networks. Unset: none.",
    )
    event_retention: int = setting(
        30, "How long events and their deliveries are kept for replay.", unit="days", ge=1, le=365
    )
    log_level: str = setting("info", "Least level that is logged.", pattern="^(debug|info|warning|error)$")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over secrets; what `load` read from the file comes last."""
        return env_settings, file_secret_settings, init_settings

    @classmethod
    def load(cls) -> "Settings":
        """Read the settings. Raises InvalidSettings with a sentence for each fault."""
        from_file = _read_file()
        faults = list(_unknown(from_file))
        try:
            settings = cls(_secrets_dir=_secrets_folder(), **from_file)  # type: ignore[call-arg]
        except ValidationError as error:
            faults += [_sentence(fault) for fault in error.errors() if fault["type"] != "extra_forbidden"]
        if faults:
            raise InvalidSettings("\n".join(faults))
        return settings


def _read_file() -> dict[str, Any]:
    named = os.environ.get("PARLEY_CONFIG")
    path = Path(named) if named else REPOSITORY / "parley.toml"
    if not named and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidSettings(f"The settings file {path} cannot be read: {error}.") from error


def _secrets_folder() -> Path | None:
    folder = Path(os.environ.get("PARLEY_SECRETS", SECRETS_FOLDER))
    return folder if folder.is_dir() else None


def _unknown(from_file: Iterable[str]) -> Iterable[str]:
    known = {name.upper() for name in Settings.model_fields}
    own = {name for name in os.environ if name.startswith(OWN_PREFIXES)} - {*META}
    for name in sorted((own | {name.upper() for name in from_file}) - known):
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]}?" if near else " docs/settings.md lists them all."
        yield f"{name} is not a setting of Parley.{hint}"


def _sentence(fault: Mapping[str, Any]) -> str:
    name = str(fault["loc"][0]).upper() if fault["loc"] else "A setting"
    problem = str(fault["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{name} is not valid: {problem[:1].lower()}{problem[1:]}."
