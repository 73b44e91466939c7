"""Settings are read once, from environment, secrets and file, and what is wrong stops the start with a sentence."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from config.settings import InvalidSettings, Settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without settings of its own."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("PARLEY_SECRETS", str(tmp_path / "none"))
    monkeypatch.delenv("PARLEY_CONFIG", raising=False)


def test_the_environment_wins_over_secrets_and_secrets_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "parley.toml").write_text(
        'port = 1001\nweb_workers = 3\nweb_threads = 4\ntrusted_proxies = "10.0.0.0/8"'
    )
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "port").write_text("1002")
    (secrets / "web_workers").write_text("5")
    monkeypatch.setenv("PARLEY_CONFIG", str(tmp_path / "parley.toml"))
    monkeypatch.setenv("PARLEY_SECRETS", str(secrets))
    monkeypatch.setenv("PORT", "1003")
    settings = Settings.load()
    assert (settings.port, settings.web_workers, settings.web_threads) == (1003, 5, 4)
    assert str(settings.trusted_proxies[0]) == "10.0.0.0/8"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "99999", "PORT is not valid: input should be less than or equal to 65535."),
        ("PUBLIC_URL", "https://a.example/path", "PUBLIC_URL is not valid: give only scheme, host and port"),
        ("WEBHOOK_ALLOW_NETWORKS", "intranet", "WEBHOOK_ALLOW_NETWORKS is not valid"),
        ("WEBHOOK_ALOW_NETWORKS", "10.0.0.0/8", "Did you mean WEBHOOK_ALLOW_NETWORKS?"),
        ("PARLEY_DATTA", "x", "PARLEY_DATTA is not a setting of Parley. Did you mean PARLEY_DATA?"),
        ("PARLEY_CONFIG", "/nowhere/parley.toml", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings) as refused:
        Settings.load()
    assert sentence in str(refused.value)


def test_an_unknown_name_in_the_file_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "parley.toml").write_text("prot = 1")
    monkeypatch.setenv("PARLEY_CONFIG", str(tmp_path / "parley.toml"))
    with pytest.raises(InvalidSettings, match="Did you mean PORT"):
        Settings.load()


def test_settings_are_frozen_and_secrets_do_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_TOKEN", "very-secret")
    monkeypatch.setenv("REDIS_URL", "redis://:very-secret@localhost/0")
    settings = Settings.load()
    assert "very-secret" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.port = 1
