"""`kill -9` of the engine while a site's own Asterisk has callers at it by FastAGI.

AGI holds no caller for whoever comes next: those who wait, or are in a menu, go on in the site's dialplan at once;
those who talk, talk on, for their `Dial` is Asterisk's own. The next engine closes their records.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import sounds
from bench.chaos.crowd import Crowd, Group
from bench.chaos.house import LINE, MENU, House, house
from bench.chaos.phases import Size, newcomers
from bench.chaos.probe import Heard
from bench.chaos.promise import Promise, at_most, exactly, none_of
from bench.chaos.strike import heard
from bench.plain_switch import PlainSwitch, plain_switch
from bench.ports import free_ports
from bench.sipp import Batch, Manner, agents
from bench.stand import StandFailed, wait_until
from hotline.agi_dialplan import snippet

NAME = "kill -9 of the engine, callers by FastAGI"
FALLBACK = 60.0
"""Seconds of what the site's dialplan says: who was given to it still hears it when all is counted."""
_ARRIVES = """\
[from-phone]

[from-trunk]
exten => _X!,1,Goto(hotline,${EXTEN},1)

"""


class Site(PlainSwitch):
    """A site's own Asterisk."""

    __slots__ = ()

    def ready_agents(self) -> int:
        """Phones that are there and have no call."""
        rows = self.told("pjsip show endpoints").splitlines()
        return sum("Endpoint:" in row and "agent-" in row and "Not in use" in row for row in rows)

    def in_own_dialplan(self) -> set[str]:
        """Numbers of the callers whom the site's own dialplan has."""
        rows = (row.split("!") for row in self.told("core show channels concise").splitlines())
        return {row[7] for row in rows if row[1:2] == ["without-the-hotline"]}


@contextmanager
def site(folder: Path, door: int, names: Sequence[str]) -> Iterator[Site]:
    """Put it up; its callers go to the engine's door at this port of loopback. Raises StandFailed."""

    def change(files: Mapping[str, str], modules: Sequence[str], agents: Sequence[str]) -> Mapping[str, str]:
        del agents
        more = [*modules, "res_speech", "res_agi", "app_stack", "app_mixmonitor"]
        listed = "\n".join(["[modules]", "autoload = no", *(f"load = {name}.so" for name in dict.fromkeys(more)), ""])
        head, rest = "[general]\nstatic = yes\nwriteprotect = yes\n\n", snippet(f"127.0.0.1:{door}")
        return {"modules.conf": listed, "extensions.conf": head + _ARRIVES + rest}

    with plain_switch(folder, agents=names, needs="res_agi", change=change) as here:
        yield Site(here.folder, here.settings, here.agents, here.asterisk, here.program, here.places)


def kill_engine_of_a_site(folder: Path, size: Size) -> list[Promise]:
    """`kill -9` of the engine; its callers come by FastAGI."""
    (door,) = free_ports(1)
    names = [f"agent-{n:03}" for n in range(1, size.talking + 1)]
    given = [
        ("HOTLINE_AGI__ENABLED", "true"),
        ("HOTLINE_AGI__PORT", str(door)),
        ("HOTLINE_AGI__PHONES", json.dumps(names)),
    ]
    with (
        site(folder / "site", door, names) as own,
        house(folder / "hotline", answering=size.talking, settings=given) as here,
    ):
        _lend_sounds(here, own)
        together = int(time.time() + 14 + size.calls / 8 + size.lasts)
        with agents(own, manner=Manner(ring=(100, 300), talk=(500, 900), together=together)):
            crowds = _everybody_calling(here, own, size)
            came: list[Heard] = []
            with newcomers(own.sip, 0.3, came):
                time.sleep(0.5)
                struck = time.time()
                told = _strike(here, own, crowds)
                time.sleep(1.0)
            batches = {crowd.group.name: crowd.over(size.lasts + 90) for crowd in crowds}
            wait_until(lambda: not any(own.left().values()), 20)
            wait_until(lambda: not here.metric("hotline_journal_lag_entries"), 10)
            return [*told, *heard(NAME, came, struck), *_afterwards(here, own, crowds, batches)]


def _everybody_calling(here: House, own: Site, size: Size) -> list[Crowd]:
    """Talkers first, then those for whom nobody is left, then those in the menu. Raises StandFailed."""
    groups = [
        Group("talking", size.talking, LINE, 13900002000, patience=size.lasts + 90),
        Group("waiting", size.waiting, LINE, 13900003000, hold=size.lasts + 8),
        Group("menu", size.menu, MENU, 13900004000, hold=size.lasts + 8),
    ]
    crowds = []
    for group in groups:
        crowds.append(Crowd(own.folder, own.sip, group))
        if group.name == "talking" and not wait_until(lambda: here.metric("hotline_talks") == size.talking, 30):
            raise StandFailed(f"only {here.metric('hotline_talks')} of {size.talking} talk\n{here.log()}")
    calls = size.talking + size.waiting + size.menu
    if not wait_until(
        lambda: (
            here.metric("hotline_waiting_calls", line="line") == size.waiting
            and here.metric("hotline_calls_in_progress") == calls
        ),
        25,
    ):
        raise StandFailed(f"not everybody is where they should be\n{here.log()}")
    return crowds


def _strike(here: House, own: Site, crowds: Sequence[Crowd]) -> list[Promise]:
    """Kill it; how soon the site's dialplan has everybody whom nobody serves, and how soon callers are served again."""
    let_go = {number for crowd in crowds if crowd.group.name != "talking" for number in crowd.group.numbers}
    since, before = time.monotonic(), here.engine
    os.kill(before, signal.SIGKILL)
    gone = wait_until(lambda: let_go <= own.in_own_dialplan(), 10)
    gone_after = time.monotonic() - since
    back = wait_until(lambda: here.ready() and here.engine != before, 20)
    back_after = time.monotonic() - since
    return [
        at_most(NAME, f"{len(let_go)} callers are in the site's own dialplan", gone_after if gone else None, 1.0),
        at_most(NAME, "the engine takes callers again", back_after if back else None, 5.0),
    ]


def _afterwards(here: House, own: Site, crowds: Sequence[Crowd], batches: Mapping[str, Batch]) -> list[Promise]:
    of: dict[str, list[str]] = {}
    for number, outcome, _ in here.records():
        of.setdefault(number, []).append(outcome)
    everybody = [number for crowd in crowds for number in crowd.group.numbers]
    talked = Counter(outcome for number in crowds[0].group.numbers for outcome in of.get(number, ["none"]))
    left = own.left()
    return [
        none_of(NAME, "calls cut", [f"{name}: {batch.failed}" for name, batch in batches.items() if batch.failed]),
        none_of(NAME, "callers without exactly one record", [n for n in everybody if len(of.get(n, ())) != 1]),
        exactly(NAME, "records of those who talked that say so", talked["talked"], len(crowds[0].group.numbers)),
        none_of(NAME, "channels and bridges left", left["channels"] + left["bridges"]),
    ]


def _lend_sounds(here: House, own: Site) -> None:
    """The hotline's prompts, under the names that the site's Asterisk is asked for, and what its own dialplan says."""
    folder = own.settings.sounds
    for path in folder.iterdir():
        path.unlink()
    for path in here.settings.sounds.iterdir():
        if path.stem != "fallback":
            (folder / path.name).symlink_to(path)
    sounds.write_prompts(folder, {"fallback": FALLBACK})
