"""What we are compared with: an Asterisk of its own whose dialplan asks the same two menus and runs `Queue()`.

The same program, the same SIP, sound and music configuration as the hotline's (`hotline.switch_config`); no ARI, and
queues.conf set to app_queue's best: `autofill = yes`, `retry = 1`, no announcements, no wrap-up.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
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

_ENGINES = ("res_ari", "res_stasis", "app_stasis", "res_http_websocket", "res_websocket_client")
"""Modules that only an engine needs."""

_DIALPLAN = """\
[general]
static = yes
writeprotect = yes

[from-phone]

[from-trunk]
exten => _X!,1,Answer()
 same => n,Read(MENU,hotline/greeting&hotline/menu,1,,3,5)
 same => n,Read(LINE,hotline/lines,1,,3,5)
 same => n,GotoIf($["${MENU}${LINE}" = "12"]?line)
 same => n,Playback(hotline/sorry)
 same => n,Hangup()
 same => n(line),Queue(line)
 same => n,Hangup()
"""

_QUEUE = """\
[general]
persistentmembers = no
autofill = yes
shared_lastcall = no

[line]
musicclass = default
strategy = leastrecent
autofill = yes
ringinuse = no
retry = 1
timeout = 30
timeoutrestart = no
wrapuptime = 0
autopause = no
joinempty = yes
leavewhenempty = no
announce-frequency = 0
announce-holdtime = no
announce-position = no
reportholdtime = no
{members}
"""


@dataclass(frozen=True, slots=True)
class Queue:
    """Asterisk with app_queue, up."""

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

    def ready_agents(self) -> int:
        """Members that could be rung now."""
        return self.told("queue show line").count("(Not in use)")

    def joined(self) -> list[str]:
        """Numbers of the callers in the order in which they began to wait."""
        lines = (self.places.log / "queue_log").read_text().splitlines()
        rows = [line.split("|") for line in lines]
        return [row[6] for row in rows if len(row) > 6 and row[4] == "ENTERQUEUE"]

    def chosen(self) -> list[str]:
        """Whom it chose in which order it does not tell."""
        return []

    def left(self) -> dict[str, list[str]]:
        """Channels and bridges that are on the switch."""
        bridges = self.told("bridge show all").splitlines()[1:]
        return {"channels": self.told("core show channels concise").splitlines(), "bridges": bridges}

    def told(self, command: str) -> str:
        """What Asterisk answers to a command of its command line."""
        asked = [*self.program.command, "-C", str(self.places.conf), "-rx", command]
        return subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False).stdout


@contextmanager
def app_queue(folder: Path, *, agents: int) -> Iterator[Queue]:
    """Put it up in `folder`, on free ports; it is down when the block ends. Raises StandFailed."""
    names = tuple(f"agent-{n:04}" for n in range(1, agents + 1))
    settings = load(config=folder / "config", var=folder / "var", **free_settings())
    program = find_asterisk(settings)
    if not program.has("app_queue"):
        raise StandFailed(f"{program.modules}: this Asterisk comes without app_queue, so there is nothing to compare")
    places = Places.of(settings, program)
    sounds.write_prompts(settings.sounds, PROMPTS)
    sounds.write_prompts(settings.moh, {"music": 20.0})
    _furnish(places, program, _files(settings, program, names))
    command = [*program.command, "-f", "-C", str(places.conf)]
    with (folder / "console.log").open("wb") as log:
        asterisk = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd="/", start_new_session=True
        )
    here = Queue(folder, settings, names, asterisk.pid, program, places)
    try:
        if not wait_until(lambda: here.told("queue show line").count("PJSIP/") == agents, 30):
            raise StandFailed(
                f"app_queue did not come up: {(folder / 'console.log').read_text(errors='replace')[-800:]}"
            )
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


def _files(settings: Settings, program: AsteriskProgram, names: tuple[str, ...]) -> dict[str, str]:
    """The hotline's own configuration, with a queue where the engine was."""
    secrets = keep_secrets(settings.var, names)
    files = render(settings, secrets, [PhoneAccount(name, secrets.phones[name], name) for name in names], program)
    wanted = [name for name in (*modules(program, settings), "app_queue") if not name.startswith(_ENGINES)]
    return files | {
        "modules.conf": "\n".join(["[modules]", "autoload = no", *(f"load = {name}.so" for name in wanted), ""]),
        "extensions.conf": _DIALPLAN,
        "queues.conf": _QUEUE.format(members="\n".join(f"member => PJSIP/{name}" for name in names)),
        "logger.conf": files["logger.conf"].replace("queue_log = no", "queue_log = yes"),
        "http.conf": "[general]\nenabled = no\n",
    }


def _furnish(places: Places, program: AsteriskProgram, files: dict[str, str]) -> None:
    for made in (places.etc, places.lib, places.log, places.cache, places.spool, places.run, places.data / "sounds"):
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    (places.data / "documentation").symlink_to(program.data / "documentation")
    (places.data / "sounds" / "hotline").symlink_to(places.sounds)
    for name, text in files.items():
        (places.etc / name).write_text(text, encoding="utf-8")
