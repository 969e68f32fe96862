"""Every address, port and limit of one running hotline, from `settings.yaml` and the environment.

`HOTLINE_SIP__PORT=5062` overrides `sip: {port: …}` of `config/settings.yaml`. Defaults bind to loopback alone.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, IPvAnyNetwork
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

HOUSE = Path(__file__).resolve().parent.parent
"""The checkout (or the installed tree): where `asterisk/`, `config/` and the prompt masters lie."""


def _plain(value: str) -> str:
    if not value.isprintable() or any(c in value for c in '[];,"\\\n\r'):
        raise ValueError("must not contain brackets, quotes, separators or control characters")
    return value


Plain = Annotated[str, AfterValidator(_plain)]
"""Text that is written into Asterisk's configuration files: nothing in it can start a new line or section."""

Port = Annotated[int, Field(ge=1, le=65535)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sip(_Part):
    """Where phones register and the trunk's calls arrive (UDP and TCP)."""

    host: Plain = "127.0.0.1"
    port: Port = 5060
    external_host: Plain | None = None
    """Public address written into SIP and SDP behind NAT."""


class Rtp(_Part):
    """UDP ports for sound."""

    first: Port = 20000
    last: Port = 20999


class Ari(_Part):
    """Asterisk's control door. ARI write access is Asterisk admin: keep it on loopback."""

    host: Plain = "127.0.0.1"
    port: Port = 8088
    user: Plain = "hotline"


class Web(_Part):
    """`/healthz`, `/readyz`, `/metrics`."""

    host: Plain = "127.0.0.1"
    port: Port = 8320


class Trunk(_Part):
    """The carrier: where its calls come from, and where outside numbers are dialled.

    The default is the development trunk: anyone on loopback may call, outside numbers are tried at 127.0.0.1:5070.
    """

    host: Plain = "127.0.0.1"
    port: Port = 5070
    match: tuple[IPvAnyNetwork, ...] = Field(default=("127.0.0.1/32",), validate_default=True)
    username: Plain | None = None
    """Set it when the carrier wants registration."""
    caller_id: Plain | None = None
    """Our number as the carrier wants to see it on outside calls."""


class Settings(BaseSettings):
    """All settings of one hotline."""

    model_config = SettingsConfigDict(
        env_prefix="HOTLINE_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    var: Path = Path("var")
    config: Path = Path("config")
    node: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,15}$")] = "a"
    """Name of this machine; part of every call id."""
    sip: Sip = Sip()
    rtp: Rtp = Rtp()
    ari: Ari = Ari()
    web: Web = Web()
    trunk: Trunk = Trunk()
    database: str | None = None
    """SQLAlchemy URL; default is SQLite in `var/hotline.db`."""
    clock: datetime | None = None
    """Start the engine's clock at this instant (Asia/Shanghai unless it names an offset) instead of now, to try a holiday."""
    log_level: Annotated[str, Field(pattern=r"^(debug|info|warning|error)$")] = "info"
    log_json: bool = False

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
        folder = getattr(init_settings, "init_kwargs", {}).get("config", Path("config"))
        return (
            init_settings,
            env_settings,
            YamlConfigSettingsSource(settings_cls, yaml_file=Path(folder) / "settings.yaml"),
        )

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite+aiosqlite:///{(self.var / 'hotline.db').resolve()}"

    @property
    def sounds(self) -> Path:
        """Telephone formats of the prompts, made at set-up: what Asterisk plays."""
        return self.var / "sounds"

    @property
    def recordings(self) -> Path:
        """Talks and messages, as Asterisk wrote them."""
        return self.var / "recordings"
