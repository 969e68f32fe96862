"""An Asterisk of its own beside ours: the same program, SIP, sound and music configuration, another dialplan."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import sounds
from bench.stand import PROMPTS, StandFailed, free_settings, wait_until
from hotline.asterisk_process import live_pid
from hotline.asterisk_program import AsteriskProgram, find_asterisk
from hotline.secrets import keep_secrets
from hotline.settings import Settings, load
from hotline.switch_config import PhoneAccount, Places, modules, render


@dataclass(frozen=True, slots=True)
class PlainSwitch:
    """Asterisk, up, with phones of agents and no hotline."""

    folder: Path
    settings: Settings
    agents: tuple[str, ...]
    asterisk: int
    """Process id."""
    program: AsteriskProgram
    places: Places

    @property
    def sip(self) -> str:
        return f"127.0.0.1:{self.settings.sip.port}"

    @property
    def processes(self) -> tuple[int, ...]:
        """Whose CPU counts."""
        return (self.asterisk,)

    def left(self) -> dict[str, list[str]]:
        """Channels and bridges that are on the switch."""
        bridges = self.told("bridge show all").splitlines()[1:]
        return {"channels": self.told("core show channels concise").splitlines(), "bridges": bridges}

    def told(self, command: str) -> str:
        """What Asterisk answers to a command of its command line."""
        asked = [*self.program.command, "-C", str(self.places.conf), "-rx", command]
        return subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False).stdout


Change = Callable[[Mapping[str, str], Sequence[str], Sequence[str]], Mapping[str, str]]
"""From the hotline's files, by name, the names of its modules and of the agents to the files that differ."""

_DIALPLAN = """\
[general]
static = yes
writeprotect = yes

[from-phone]

[from-trunk]
exten => _X!,1,Answer()
 same => n,Read(MENU,hotline/greeting&hotline/menu,1,,3,5)
 same => n,Read(LINE,hotline/lines,1,,3,5)
 same => n,GotoIf($["${{MENU}}${{LINE}}" = "12"]?line)
 same => n,Playback(hotline/sorry)
 same => n,Hangup()
 same => n(line),{goes_to}
 same => n,Hangup()
"""


@contextmanager
def plain_switch(folder: Path, *, agents: Sequence[str], needs: str, change: Change) -> Iterator[PlainSwitch]:
    """Put it up in `folder`, on free ports, with an account for each agent's phone; it is down when the block ends.

    Raises StandFailed, also when this Asterisk comes without the module that it `needs`.
    """
    names = tuple(agents)
    settings = load(config=folder / "config", var=folder / "var", **free_settings())
    program = find_asterisk(settings)
    if not program.has(needs):
        raise StandFailed(f"{program.modules}: this Asterisk comes without {needs}, so there is nothing to compare")
    places = Places.of(settings, program)
    sounds.write_prompts(settings.sounds, PROMPTS)
    sounds.write_prompts(settings.moh, {"music": 20.0})
    secrets = keep_secrets(settings.var, names)
    files = render(settings, secrets, [PhoneAccount(name, secrets.phones[name], name) for name in names], program)
    _furnish(places, program, {**files, **change(files, modules(program, settings), names)})
    command = [*program.command, "-f", "-C", str(places.conf)]
    with (folder / "console.log").open("wb") as log:
        asterisk = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd="/", start_new_session=True
        )
    here = PlainSwitch(folder, settings, names, asterisk.pid, program, places)
    try:
        if not wait_until(lambda: "fully booted" in here.told("core waitfullybooted").lower(), 30):
            console = (folder / "console.log").read_text(errors="replace")
            raise StandFailed(f"Asterisk did not come up: {console[-800:]}")
        yield here
    finally:
        asterisk.terminate()
        try:
            asterisk.wait(10)
        except subprocess.TimeoutExpired:
            asterisk.kill()
            asterisk.wait()
        if (left := live_pid(places.pid_file, str(places.conf))) is not None:
            os.kill(left, signal.SIGKILL)


def numbered(agents: int) -> tuple[str, ...]:
    """Names of so many agents."""
    return tuple(f"agent-{n:04}" for n in range(1, agents + 1))


def menus(goes_to: str) -> str:
    """extensions.conf that asks the hotline's two menus itself and then runs this application."""
    return _DIALPLAN.format(goes_to=goes_to)


def modules_file(names: Sequence[str]) -> str:
    """modules.conf that loads just these."""
    return "\n".join(["[modules]", "autoload = no", *(f"load = {name}.so" for name in names), ""])


def _furnish(places: Places, program: AsteriskProgram, files: Mapping[str, str]) -> None:
    for made in (places.etc, places.lib, places.log, places.cache, places.spool, places.run, places.data / "sounds"):
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    (places.data / "documentation").symlink_to(program.data / "documentation")
    (places.data / "sounds" / "hotline").symlink_to(places.sounds)
    for name, text in files.items():
        (places.etc / name).write_text(text, encoding="utf-8")
