"""The robots of groups: where they are, how a message is put to them, and whether they took it.

WeCom's (企业微信群机器人) is known by the key in its address, takes Markdown of 4096 bytes and 20 messages a minute.
DingTalk's (钉钉自定义机器人) is known by the token in its address, takes messages of 20,000 bytes, 20 a minute, and
wants them signed: HMAC-SHA256 of the time and the secret, under it. Both answer 200 with an `errcode` of their own.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from yarl import URL

from hotline.alerting.words import Told
from hotline.dashboards.panel import Language

PATIENCE: Final = 8.0
"""Seconds that a robot may take; Alertmanager gives us ten."""
MOST: Final = {"wecom": 4096, "dingtalk": 19_000}
"""Bytes of a message's text."""
_ANSWER: Final = 65_536
"""Bytes of an answer that are read."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class RobotsError(ValueError):
    """The file of the robots cannot be used; the text is one line that says what to do."""


class Refused(Exception):
    """A robot did not take a message; the text says why, without its address."""


class Robot(BaseModel):
    """One robot. Its address is a secret: whoever knows it may write into the group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["wecom", "dingtalk"]
    url: SecretStr
    secret: SecretStr | None = None
    """DingTalk's 加签 secret (`SEC…`); without it the group must let this machine's address or a keyword in."""

    @model_validator(mode="after")
    def _safe(self) -> Self:
        at = urlsplit(self.url.get_secret_value())
        if at.hostname is None or not (at.scheme == "https" or (at.scheme == "http" and at.hostname in _LOOPBACK)):
            raise ValueError("url: write the robot's whole address, https://…")
        if self.secret is not None and self.kind != "dingtalk":
            raise ValueError("secret: only DingTalk's robots have one")
        return self

    @property
    def most(self) -> int:
        return MOST[self.kind]


class Robots(BaseModel):
    """The file: robots by the names under which alertmanager.yml has them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    robots: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")], Robot], Field(min_length=1)]
    language: Language = "zh"
    token: Annotated[SecretStr, Field(min_length=16)] | None = None
    """What Alertmanager has to show (`authorization`); wanted where the bridge listens beyond this machine."""


def robots_in(file: Path) -> Robots:
    """The robots of a file that is nobody else's to read. Raises RobotsError."""
    try:
        if file.stat().st_mode & 0o007:
            raise RobotsError(f"{file}: everybody on this machine can read its secrets: chmod 600 {file}")
        read = YAML(typ="safe", pure=True).load(file.read_text("utf-8"))
    except FileNotFoundError:
        raise RobotsError(f"{file}: write your robots there, as docs/monitoring.md shows") from None
    except (OSError, UnicodeError) as error:
        raise RobotsError(f"{file}: cannot be read: {type(error).__name__}") from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)  # the error itself quotes the line, with what is secret in it
        place = f":{mark.line + 1}" if mark is not None else ""
        raise RobotsError(f"{file}{place}: not YAML") from None
    try:
        return Robots.model_validate(read)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise RobotsError(f"{file}: {place}: {first['msg'].removeprefix('Value error, ')}") from None


class Post:
    """Puts messages to robots: no redirects; a proxy of the environment (`HTTPS_PROXY`) is used where there is one."""

    def __init__(self, now: Callable[[], float] = time, patience: float = PATIENCE) -> None:
        self._now, self._patience = now, patience
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=True)

    async def __call__(self, robot: Robot, message: Told) -> None:
        """Raises Refused, or TimeoutError."""
        try:
            async with asyncio.timeout(self._patience):
                async with self._session.post(
                    addressed(robot, self._now()), json=body(robot, message), allow_redirects=False
                ) as answer:
                    said = await answer.content.read(_ANSWER)
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise Refused(f"cannot be reached: {type(error).__name__}") from None  # its own words tell the address
        _judge(answer.status, said)

    async def close(self) -> None:
        await self._session.close()


def addressed(robot: Robot, now: float) -> URL:
    """Where a message goes at an instant (Unix seconds): DingTalk's with time and signature."""
    url = URL(robot.url.get_secret_value())
    if robot.secret is None:
        return url
    stamp, secret = str(round(now * 1000)), robot.secret.get_secret_value()
    sign = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return url.update_query(timestamp=stamp, sign=base64.b64encode(sign).decode())


def body(robot: Robot, message: Told) -> dict[str, Any]:
    """A message as the robot takes it."""
    if robot.kind == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": message.text}}
    return {"msgtype": "markdown", "markdown": {"title": message.title, "text": message.text}}


def _judge(status: int, said: bytes) -> None:
    if status != 200:
        raise Refused(f"answers {status}")
    try:
        answer = json.loads(said)
        code, words = answer["errcode"], str(answer.get("errmsg", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused("answers what is no robot's answer: is the address right?") from None
    if code != 0:
        shown = re.sub(r"[^\w ,.:()，。：-]+", " ", words)[:200]
        raise Refused(f"errcode {code}: {shown}")
