"""Every address, port and limit of one running hotline, from `settings.yaml` and the environment.

`HOTLINE_SIP__PORT=5062` overrides `sip: {port: …}` of `config/settings.yaml`. Defaults bind to loopback alone.
People get their settings from `load`, which says what is wrong in lines that name the place to mend.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from hotline.settings_file import SettingsError, SettingsFile
from hotline.settings_keeping import Disk, Retention, Sealing
from hotline.settings_parts import (
    Admission,
    Agi,
    Ari,
    Bans,
    Rtp,
    Sip,
    SyntheticCalls,
    Tracing,
    Trunk,
    Web,
    Webhooks,
    WebRtc,
)

__all__ = ["HOUSE", "Settings", "SettingsError", "load"]

HOUSE = Path(__file__).resolve().parent.parent
"""The checkout (or the installed tree): where `asterisk/`, `config/` and the prompt masters lie."""


class Settings(BaseSettings):
    """All settings of one hotline."""

    model_config = SettingsConfigDict(
        env_prefix="HOTLINE_", env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", frozen=True
    )

    var: Path = Path("var")
    """The folder of everything that the hotline keeps: database, recordings, secrets."""
    config: Path = Path("config")
    """The folder of what operators edit, this file included."""
    node: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,15}$")] = "a"
    """Name of this machine; part of every call id."""
    asterisk_tree: Path | None = None
    """Unpacked Asterisk to run; unset: the machine's own where it is new enough, else the one `make setup` made."""
    sip: Sip = Sip()
    rtp: Rtp = Rtp()
    ari: Ari = Ari()
    agi: Agi = Agi()
    web: Web = Web()
    trunk: Trunk = Trunk()
    disk: Disk = Disk()
    admission: Admission = Admission()
    sealing: Sealing = Sealing()
    retention: Retention = Retention()
    webrtc: WebRtc = WebRtc()
    bans: Bans = Bans()
    webhooks: Webhooks = Webhooks()
    test_calls: SyntheticCalls = SyntheticCalls()
    tracing: Tracing = Tracing()
    database: str | None = None
    """`postgresql://USER:PASSWORD@HOST/NAME`; default is SQLite in `var/hotline.db`. See docs/database.md."""
    clock: datetime | None = None
    """Start the engine's clock at this instant instead of now, to try a holiday; Asia/Shanghai if no offset."""
    log_level: Annotated[str, Field(pattern=r"^(debug|info|warning|error)$")] = "info"
    """What is written into the log at least."""
    log_json: bool = False
    """Log lines as JSON, for programs that collect them."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        given = init_settings.init_kwargs if isinstance(init_settings, InitSettingsSource) else {}
        return (
            init_settings,
            env_settings,
            InitSettingsSource(settings_cls, SettingsFile(_file(given)).values()),
        )

    @field_validator("database")
    @classmethod
    def _one_that_we_can_use(cls, text: str | None) -> str | None:
        if text is not None:
            from records.database import database_url  # here: nobody waits for it to check a file

            database_url(text)
        return text

    @property
    def spool(self) -> Path:
        """Where facts lie until the database has them: beside an SQLite file, in `var` for a server."""
        from records.database import database_file

        file = database_file(self.database_url)
        return self.var if file is None else file.parent

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite+aiosqlite:///{(self.var / 'hotline.db').resolve()}"

    @property
    def database_shown(self) -> str:
        """The same for people to read: a server's password is not theirs to see."""
        from sqlalchemy import make_url  # here: nobody waits for it to check a file

        return make_url(self.database_url).render_as_string(hide_password=True)

    @property
    def sounds(self) -> Path:
        """Telephone formats of the prompts, made at set-up: what Asterisk plays."""
        return self.var / "sounds"

    @property
    def recordings(self) -> Path:
        """Talks and messages, as Asterisk wrote them."""
        return self.var / "recordings"

    @property
    def moh(self) -> Path:
        """Music on hold, in telephone formats: every file here is played."""
        return self.var / "moh"


def load(**given: Any) -> Settings:
    """The settings, from `given` (what the command line said), the environment and `settings.yaml`, in that order.

    Raises SettingsError, whose text is one line per problem: `config/settings.yaml:3: sip.port: …`, or the
    environment variable instead of the line.
    """
    given = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        file = SettingsFile(_file(given))
        raise SettingsError("\n".join(_told(file, problem) for problem in error.errors())) from error


def _file(given: dict[str, Any]) -> Path:
    return Path(given.get("config") or os.environ.get("HOTLINE_CONFIG") or "config") / "settings.yaml"


def _told(file: SettingsFile, problem: Any) -> str:
    loc = tuple(problem["loc"])
    variable = "HOTLINE_" + "__".join(str(part) for part in loc).upper()
    line = file.line(loc)
    place = variable if variable in os.environ or line is None else f"{file.path}:{line}"
    return f"{place}: {'.'.join(str(part) for part in loc)}: {problem['msg'].removeprefix('Value error, ')}"
