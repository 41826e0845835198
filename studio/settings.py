"""Every setting with its default, typed; `config.toml` documents each, and a test holds the two equal."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from jobs.settings import (
    DistillSettings,
    EvaluateSettings,
    GateSettings,
    ScheduleSettings,
    TrainSettings,
    WatchSettings,
)
from loop.errors import BadInput
from loop.settings import TASKS, GeneratorSettings, Section, TaskProfile
from memory.settings import MemorySettings
from rewards.settings import RewardModelSettings, RewardSettings


class LedgerSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the truth is kept."""

    url: str = ""
    """A SQLAlchemy URL such as `postgresql+psycopg://user@host/name`; empty keeps `ledger.db` in the home."""


class ServerSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The studio and its API."""

    host: str = "127.0.0.1"
    """The address to listen on; any other than loopback needs a token."""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8765
    """The port to listen on; 0 takes any free one."""
    token_env: str = "REPRISE_TOKEN"
    """The environment variable that holds the token for other addresses than loopback."""
    max_body_kb: Annotated[int, msgspec.Meta(ge=1)] = 1_024
    """Largest request, in kilobytes."""


class Settings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of config.toml."""

    ledger: LedgerSettings = LedgerSettings()
    memory: MemorySettings = MemorySettings()
    generator: GeneratorSettings = GeneratorSettings()
    rewards: RewardSettings = RewardSettings()
    distill: DistillSettings = DistillSettings()
    train: TrainSettings = TrainSettings()
    reward: RewardModelSettings = RewardModelSettings()
    evaluate: EvaluateSettings = EvaluateSettings()
    gate: GateSettings = GateSettings()
    watch: WatchSettings = WatchSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    server: ServerSettings = ServerSettings()
    tasks: dict[str, TaskProfile] = msgspec.field(default_factory=lambda: dict(TASKS))


WHOLE = {"criteria"}  # tables that replace the default instead of adding to it


def load(config: Path | None, home: Path) -> Settings:
    """The defaults, changed by `config`, or by REPRISE_CONFIG, or by `config.toml` in the home."""
    named = config or (Path(os.environ["REPRISE_CONFIG"]) if os.environ.get("REPRISE_CONFIG") else None)
    path = named or home / "config.toml"
    if not path.is_file():
        if named:
            raise BadInput(f"there is no configuration file '{path}'; check --config")
        return Settings()
    return parse(path)


def parse(path: Path) -> Settings:
    """The settings of a configuration file."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(_merged(msgspec.to_builtins(Settings()), given), Settings)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise BadInput(f"{path} has a setting that cannot be used: {error}") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error


def default_home() -> Path:
    """REPRISE_HOME, else `.reprise` in the user's home folder."""
    return Path(os.environ.get("REPRISE_HOME") or Path.home() / ".reprise")


def _merged(base: Any, given: Any) -> Any:
    if not isinstance(base, Mapping) or not isinstance(given, Mapping):
        return given
    return {
        **base,
        **{key: given[key] if key in WHOLE else _merged(base.get(key), given[key]) for key in given},
    }
