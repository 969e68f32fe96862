"""The faults, each on a hotline of its own with callers in every phase, and what was promised of it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from bench import flood as flooding
from bench.chaos.house import House, house
from bench.chaos.own_dialplan import kill_engine_of_a_site
from bench.chaos.phases import Scene, Size, everybody_calling, newcomers
from bench.chaos.promise import Promise, at_most, exactly, none_of
from bench.chaos.proxy import Wire
from bench.chaos.storage import database_in_trouble, disk_full, gone, locked
from bench.chaos.strike import Fault, heard, struck, struck_on_the_wire
from bench.chaos.wall import Wall
from bench.stand import StandFailed, wait_until


def nothing(folder: Path, size: Size) -> list[Promise]:
    """No fault: what the rest is held against."""

    def strike(scene: Scene) -> list[Promise]:
        return [at_most("no fault", "state equals the switch", scene.back_within(time.monotonic()), 1.0)]

    return struck("no fault", folder, size, strike)


def kill_engine(folder: Path, size: Size) -> list[Promise]:
    """`kill -9` of the engine."""
    name = "kill -9 of the engine"

    def strike(scene: Scene) -> list[Promise]:
        here, since = scene.here, time.monotonic()
        here.signal_engine(signal.SIGKILL)
        return [at_most(name, "all callers adopted, with their places", scene.back_within(since), 3.0)]

    return struck(name, folder, size, strike)


def freeze(seconds: float) -> Fault:
    """The engine stops for so long (SIGSTOP)."""

    def fault(folder: Path, size: Size) -> list[Promise]:
        name = f"engine frozen for {seconds:g} s"

        def strike(scene: Scene) -> list[Promise]:
            engine = scene.here.engine
            os.kill(engine, signal.SIGSTOP)
            time.sleep(seconds)
            since = time.monotonic()
            os.kill(engine, signal.SIGCONT)
            return [at_most(name, "state equals the switch again", scene.back_within(since), 3.0)]

        return struck(name, folder, size, strike, sound_within=seconds + 2.0, takes=seconds)

    return fault


def link_reset(folder: Path, size: Size) -> list[Promise]:
    """The engine's connections to Asterisk are reset."""
    name = "ARI connections reset"

    def strike(scene: Scene, between: Wire) -> list[Promise]:
        since = time.monotonic()
        between.reset()
        time.sleep(0.1)
        return [at_most(name, "state equals the switch again", scene.back_within(since), 3.0)]

    return struck_on_the_wire(name, folder, size, strike)


def link_swallowed(folder: Path, size: Size) -> list[Promise]:
    """For ten seconds nothing comes through between engine and Asterisk, and nobody is told."""
    name = "ARI silent for 10 s"

    def strike(scene: Scene, between: Wire) -> list[Promise]:
        here, since = scene.here, time.monotonic()
        between.swallow()
        noticed = wait_until(lambda: here.metric("hotline_ari_link_up") == 0, 9)
        after = time.monotonic() - since
        time.sleep(max(0.0, 10.0 - after))
        between.flow()
        since = time.monotonic()
        return [
            at_most(name, "noticed", after if noticed else None, 5.0),
            at_most(name, "state equals the switch again", scene.back_within(since), 3.0),
        ]

    return struck_on_the_wire(name, folder, size, strike, sound_within=12.0, takes=10.0)


def restart(folder: Path, size: Size) -> list[Promise]:
    """`hotline restart`: another engine, perhaps of another version, goes on for this one."""
    name = "hotline restart"

    def strike(scene: Scene) -> list[Promise]:
        here, before, left = scene.here, scene.here.engine, 0.0
        with ThreadPoolExecutor(1) as threads:
            done = threads.submit(here.command, "restart")
            last = time.monotonic()
            while not (done.done() and here.engine != before and scene.settled()):
                now = time.monotonic()
                if scene.settled():
                    last = now
                left = max(left, now - last)
                if now - last > 20:
                    break
                time.sleep(0.02)
            left = max(left, time.monotonic() - last)
        return [
            none_of(name, "errors of the command", [] if done.result() == 0 else [done.result()]),
            at_most(name, "longest time without an engine that knows of all callers", left, 3.0),
        ]

    return struck(name, folder, size, strike, takes=6.0)


def drain(folder: Path, size: Size) -> list[Promise]:
    """`hotline drain --keep` that waits four seconds for talks, then `hotline up`: as for a machine's new kernel."""
    name = "hotline drain --keep, then up"

    def strike(scene: Scene) -> list[Promise]:
        here = scene.here
        since = time.monotonic()
        status = here.command("drain", "--keep", "--within", "4s")
        try:
            here.process.wait(20)
        except subprocess.TimeoutExpired:
            return [Promise(name, "the hotline ends", "24 s", "it runs on", held=False)]
        ended = time.monotonic() - since
        since = time.monotonic()
        here.up_again()
        here.wait_until_ready()
        return [
            none_of(name, "errors of the command", [] if status == 0 else [status]),
            at_most(name, "the hotline has ended", ended, 10.0),
            at_most(name, "the next one knows of all callers", scene.back_within(since), 10.0),
        ]

    return struck(name, folder, size, strike, takes=20.0)


def flood(folder: Path, size: Size) -> list[Promise]:
    """Fifty calls a second from five numbers, then far more callers than the hotline carries."""
    name = "flood"
    seconds = 5 if size.short else 20
    result = flooding.measure(folder, rate=5, flood=50, seconds=seconds, crowd=60 if size.short else 120)
    crowd = result.crowd
    if crowd is None:
        raise StandFailed("nobody crowded")
    not_talked = result.meant.offered - result.outcomes.get("talked", 0)
    bar = max(flooding.NOT_COUNTED, flooding.SLOWER * result.alone.p99) / 1000
    silent = result.flood.silent(result.untold) + crowd.silent(result.crowd_untold)
    over = [number for number, count in result.let_in.items() if count > flooding.SHARE]
    return [
        none_of(name, f"callers who mean it and did not talk (of {result.meant.offered})", range(not_talked)),
        at_most(name, "set-up p99 beside it: twice that without", result.beside.p99 / 1000, bar),
        none_of(name, f"flooders with more than their share of {flooding.SHARE} calls", over),
        none_of(name, f"calls that failed (of {result.flood.offered + crowd.offered})", range(crowd.failed)),
        none_of(name, "calls that heard nothing", range(silent)),
    ]


def kill_asterisk(folder: Path, size: Size) -> list[Promise]:
    """`kill -9` of Asterisk."""
    return _without_asterisk("kill -9 of Asterisk", folder, size, lambda here: os.kill(here.asterisk, signal.SIGKILL))


def restart_asterisk(folder: Path, size: Size) -> list[Promise]:
    """Somebody restarts Asterisk from its own command line, as after an upgrade."""
    return _without_asterisk("core restart now", folder, size, lambda here: here.tell_asterisk("core restart now"))


def _without_asterisk(name: str, folder: Path, size: Size, strike: Callable[[House], None]) -> list[Promise]:
    """Asterisk's calls are gone; what matters is what comes after."""
    with (
        house(folder, answering=size.talking, silent=size.ringing) as here,
        everybody_calling(here, size, lasts=size.lasts) as scene,
    ):
        since = time.monotonic()
        strike(here)
        closed = wait_until(lambda: len(here.records()) >= size.calls, 20)
        closed_after = time.monotonic() - since
        there = size.talking + size.ringing
        ready = wait_until(lambda: here.ready() and here.metric("hotline_agents", presence="ready") == there, 30)
        ready_after = time.monotonic() - since
        with newcomers(here.stand.sip, 0.5, scene.newcomers):
            time.sleep(2.0)
        told = [
            at_most(name, "every record closed", closed_after if closed else None, 5.0),
            at_most(name, "phones back, ready for calls", ready_after if ready else None, 10.0),
        ]
        records = Counter(number for number, _, _ in here.records() if int(number) < 13900009000)
        reasons = Counter(reason for number, _, reason in here.records() if int(number) < 13900009000)
        everybody = [number for crowd in scene.crowds for number in crowd.group.numbers]
        told += [
            none_of(name, "callers without exactly one record", [n for n in everybody if records[n] != 1]),
            none_of(name, "records that do not say media_lost", (reasons - Counter(media_lost=size.calls)).elements()),
            *heard(name, scene.newcomers, 0.0),
            none_of(name, "channels and bridges left", [one for left in here.left().values() for one in left]),
        ]
        for crowd in scene.crowds:
            crowd.stop()
        return told


def vanish(folder: Path, size: Size) -> list[Promise]:
    """Every phone is gone at once, without a word: first those that ring, then those that talk."""
    name = "phones vanish"
    with (
        house(folder, answering=size.talking, silent=size.ringing, settings=[("HOTLINE_SIP__QUALIFY", "2")]) as here,
        everybody_calling(here, size, lasts=size.lasts) as scene,
    ):
        since = time.monotonic()
        os.kill(scene.silent, signal.SIGKILL)
        silent = wait_until(lambda: here.metric("hotline_agents", presence="offline") == size.ringing, 15)
        silent_after = time.monotonic() - since
        rang = here.metric("hotline_offers_ringing")
        since = time.monotonic()
        os.kill(scene.answering, signal.SIGKILL)
        gone = wait_until(lambda: here.metric("hotline_talks") == 0, 15)
        gone_after = time.monotonic() - since
        wanted = size.talking + size.waiting  # once those who talked have heard that they were cut off
        wait_until(lambda: here.metric("hotline_waiting_calls", line="line") == wanted, 5)
        back = here.metric("hotline_waiting_calls", line="line")
        lost = [number for number, _, _ in here.records() if number.startswith(("1390000200", "1390000201"))]
        for crowd in scene.crowds:
            crowd.stop()
        return [
            at_most(name, "noticed while they ring", silent_after if silent else None, 5.0),
            none_of(name, "offers that ring on", [] if rang == 0 else [rang]),
            at_most(name, "noticed while they talk", gone_after if gone else None, 5.0),
            exactly(name, "callers who wait again", int(back or 0), wanted),
            none_of(name, "callers hung up on", lost),
        ]


def clock_set(folder: Path, size: Size) -> list[Promise]:
    """The wall's clock is set an hour on, then two back, then right again."""
    name = "clock set by ± 1 h"
    folder.mkdir(parents=True)
    wall, hour = Wall(folder), timedelta(hours=1)

    def strike(scene: Scene) -> list[Promise]:
        unsettled = []
        for off in (hour, -hour, timedelta()):
            wall.set(off)
            time.sleep(3.0)
            unsettled += [] if scene.settled() else [str(off)]
        return [none_of(name, "settings after which some calls were not served on", unsettled)]

    told = struck(name, folder, size, strike, takes=9.0, settings=[*wall.environment.items()])
    with closing(sqlite3.connect(folder / "var" / "hotline.db")) as database:
        rows = database.execute("SELECT number, started, ended, waited, talked FROM cdr").fetchall()
    longest = size.lasts + 120.0
    wrong = [
        number
        for number, started, ended, waited, talked in rows
        for lasted in (waited or 0.0, talked or 0.0, (_instant(ended) - _instant(started)).total_seconds())
        if not 0.0 <= lasted <= longest
    ]
    return [*told, none_of(name, f"times below nothing, or longer than {longest:g} s", wrong)]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


FAULTS: dict[str, Fault] = {
    "nothing": nothing,
    "kill-engine": kill_engine,
    "link-reset": link_reset,
    "link-silent": link_swallowed,
    "restart": restart,
    "drain": drain,
    "flood": flood,
    "kill-engine-agi": kill_engine_of_a_site,
    "kill-asterisk": kill_asterisk,
    "restart-asterisk": restart_asterisk,
    "phones-vanish": vanish,
    "database-locked": database_in_trouble("locked", locked),
    "database-gone": database_in_trouble("gone", gone),
    "disk-full": disk_full,
    "clock-set": clock_set,
    "freeze-2": freeze(2.0),
    "freeze-10": freeze(10.0),
}
"""By the name that the command knows."""

REPEATS = {"kill-engine": 20}
"""How often, where it is more than once."""
