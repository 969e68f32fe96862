"""The FastAGI door of a running hotline: what it listens on, and what it tells dialplan authors."""

from __future__ import annotations

import resource
from collections.abc import Callable, Collection, Mapping

import structlog

from hotline.agi_dialplan import ANSWERED
from hotline.settings import Settings
from hotline.switch_config import SENTENCES, is_loopback
from ivr.agi.door import Door, listening_at
from ivr.agi.hello import Errand, Hello
from ivr.agi.switch import AgiSwitch, Ways
from ivr.door.door import Treatment
from routing.calendar import next_opening
from routing.moment import line_opening
from routing.plan import Plan
from routing.scene import Scene

log = structlog.get_logger()

_ERROR = "HOTLINE_ERROR"
_FILES, _OTHERS = 2, 1024
"""Files of a session, and those of everything else."""
_LONGEST = 200
"""Characters of a reason: a variable of a channel is no place for more."""


class LookUps:
    """Answers `agi://…/open?line=`, `/why-closed?line=` and `/blocked?number=` with channel variables."""

    def __init__(
        self,
        plan: Callable[[], Plan],
        scene: Callable[[str], Scene],
        listed: Callable[[str], Treatment | None],
    ) -> None:
        self._plan, self._scene, self._listed = plan, scene, listed

    def __call__(self, hello: Hello) -> Mapping[str, str]:
        """The variables to set; `HOTLINE_ERROR` says what was not understood, and is empty otherwise."""
        match hello.errand:
            case Errand.BLOCKED:
                number = hello.arguments.get("number", hello.number)
                treatment = None if not number else self._listed(number)
                return {
                    _ERROR: "",
                    "HOTLINE_BLOCKED": str(int(treatment is Treatment.BLOCK)),
                    "HOTLINE_SLOW": str(int(treatment is Treatment.SLOW)),
                }
            case Errand.OPEN | Errand.WHY_CLOSED:
                return self._line(hello.arguments.get("line", ""), why=hello.errand is Errand.WHY_CLOSED)
        return {_ERROR: "nothing was asked for"}

    def _line(self, line: str, *, why: bool) -> Mapping[str, str]:
        plan, scene = self._plan(), self._scene("")
        if line not in plan.lines:
            return {_ERROR: "no such line", "HOTLINE_OPEN": ""}
        is_open, reason = line_opening(plan, line, scene)
        told = {_ERROR: "", "HOTLINE_OPEN": str(int(is_open))}
        if why:
            turned = is_open or line in scene.by_hand  # who closed it by hand opens it by hand
            opens = None if turned else next_opening(plan.calendar, plan.hours_of(line), scene.at)
            told["HOTLINE_WHY"] = "" if is_open else _plain(reason)
            told["HOTLINE_OPENS"] = "" if opens is None else str(int(opens.timestamp()))
        return told


def _plain(text: str) -> str:
    """What a variable may hold: the words are the operators'."""
    return "".join(sign for sign in text if sign.isprintable())[:_LONGEST]


def agi_of(
    settings: Settings,
    *,
    phones: Callable[[], Collection[str]],
    accepts: Callable[[], bool],
    look_up: Callable[[Hello], Mapping[str, str]],
) -> AgiSwitch:
    """The switch of the callers who come by the door."""
    agi = settings.agi
    ways = Ways(
        recordings=agi.recordings or settings.recordings.absolute(),
        sounds=agi.sounds,
        phone=agi.phone,
        number=agi.number,
        answered=ANSWERED,
        sentences={name: phrase.value for name, phrase in SENTENCES.items()},
    )
    return AgiSwitch(ways, phones=phones, accepts=accepts, look_up=look_up)


async def hold_open(settings: Settings, switch: AgiSwitch) -> None:
    """Listen until cancelled. Raises OSError when the address is taken."""
    agi = settings.agi
    _let_open(_FILES * agi.sessions)
    door = Door(switch, most=agi.sessions, networks=agi.networks)
    listening = listening_at(agi.host, agi.port)
    log.info("calls may come by FastAGI", at=f"agi://{agi.host}:{agi.port}/", sessions=agi.sessions)
    if not is_loopback(agi.host):
        log.warning("FastAGI knows no password: let a firewall name who reaches it", host=agi.host)
    await door.run(listening)


def _let_open(files: int) -> None:
    """Let this process have so many more files, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files + _OTHERS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        if most < wanted:
            log.warning("fewer files than FastAGI's sessions need: raise LimitNOFILE", files=most, needed=wanted)
