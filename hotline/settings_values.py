"""What settings are made of: text for Asterisk's files, paths, ports, networks, and a part of the settings."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr


def _plain(value: str) -> str:
    if not value.isprintable() or any(c in value for c in '[];,"\\\n\r'):
        raise ValueError("must not contain brackets, quotes, separators or control characters")
    return value


Plain = Annotated[str, AfterValidator(_plain)]
"""Text that is written into Asterisk's configuration files: nothing in it can start a new line or section."""


def _plain_path(value: Path) -> Path:
    _plain(str(value))
    return value.absolute()


PlainPath = Annotated[Path, AfterValidator(_plain_path)]
"""A file that Asterisk reads; a relative one counts from where the hotline is started."""


def plain_secret(value: SecretStr) -> SecretStr:
    """A secret that is plain text too, or ValueError."""
    _plain(value.get_secret_value())
    return value


Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[int, Field(ge=0, le=86400)]
Networks = tuple[IPvAnyNetwork, ...]


def loopback(host: str) -> bool:
    """Whether this address cannot be reached from another machine; a name is not looked up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Part(BaseModel):
    """Settings that belong together; names that are unknown are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
