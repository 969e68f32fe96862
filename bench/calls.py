"""Calls per second through the whole main job: trunk, greeting, two menus, a line, an agent, a talk, the record.

`python bench/calls.py --rate 20 --seconds 60` starts an Asterisk and an engine of its own on free ports, registers
agents, warms up, places the calls and tells what happened. Exit status 1 when a call failed. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench import figures, report
from bench.figures import Spread, Told, Work
from bench.sipp import GRACE, Batch, Callers, Stamp, agent_stamps, agents, may_send_raw
from bench.sounds import KEY_SECONDS
from bench.stand import Stand, StandFailed, stand, unwinds, wait_until
from hotline.asterisk_program import AsteriskMissing
from hotline.sealing import vault_of

WARM, MEASURED = 13800000000, 13900000000
"""First numbers of the callers of the warm-up, and of those that count."""

KNEE = 0.2
"""Seconds from INVITE to 200 at p99 above which a rate counts as too high."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of the hotline."""

    rate: int
    """Calls a second."""
    seconds: int
    talk: float
    """Seconds of talk: nominal; what the agent's ringing leaves of `talk` + GRACE - ringing."""
    agents: int
    record: bool = False
    sound: bool = False
    """Callers speak and agents echo; otherwise only the hotline sends sound."""
    keys: str = "rtp"
    warm: int = 3
    """Seconds at each of three rising rates before it counts; 0 for none."""
    engine: tuple[str, ...] = ()
    """Options for `bench.engine`."""

    @property
    def calls(self) -> int:
        return self.rate * self.seconds


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it. CPU is milliseconds a call, memory MiB, lateness and times are spreads in milliseconds."""

    load: Load
    offered: int
    succeeded: int
    failed: int
    talked: int
    """Calls whose record says that they talked."""
    outcomes: dict[str, int]
    times: dict[str, Spread]
    retransmissions: int
    second_offers: int
    """Calls for which more than one phone was rung."""
    recordings: int
    cpu: dict[str, float]
    busy: dict[str, float]
    """Cores, mean over the run; `others` is what the machine did besides us."""
    memory: dict[str, float]
    left: dict[str, list[str]]
    """Channels and bridges on the switch afterwards."""
    asterisk_warnings: int
    machine_load: float
    """Load average of the last minute before the start."""
    errors: str

    @property
    def good(self) -> bool:
        """No call failed, and nothing stayed behind."""
        every = self.offered == self.succeeded == self.talked == self.load.calls
        recorded = self.recordings == self.talked if self.load.record else True
        return every and recorded and not any(self.left.values())


def measure(load: Load, folder: Path) -> Result:
    """Put up a hotline in `folder`, load it, take it down. Raises StandFailed."""
    machine_load = os.getloadavg()[0]
    with (
        stand(folder, agents=load.agents, record=load.record, options=load.engine) as here,
        agents(here, sound=load.sound) as answering,
    ):
        callers = Callers(here, keys=load.keys, talk=load.talk, sound=load.sound)
        for rate in sorted({max(1, load.rate // 4), max(1, load.rate // 2), load.rate} if load.warm else ()):
            callers.call(rate, rate * load.warm, first=WARM + rate * 1000, within=load.warm + load.talk + 20)
        _quiet(here)
        before, since = Work.now(here.engine, here.asterisk, answering), time.time()
        batch = callers.call(load.rate, load.calls, first=MEASURED, within=load.seconds + load.talk + 40)
        after, until = Work.now(here.engine, here.asterisk, answering), time.time()
        left = _quiet(here)
        stamps = agent_stamps(here)
    calls = {number: call for number, call in figures.told(here.database).items() if int(number) >= MEASURED}
    times = _times(batch, stamps, calls, held=KEY_SECONDS if load.keys == "rtp" else 0.0)
    times["engine loop late"] = figures.lateness(folder / "pulse", since, until)
    cpu = {name: getattr(after, name) - getattr(before, name) for name in ("engine", "asterisk", "agents", "callers")}
    machine = after.machine - before.machine
    lasted = until - since
    return Result(
        load=load,
        offered=batch.offered,
        succeeded=batch.succeeded,
        failed=batch.failed,
        talked=sum(call.outcome == "talked" for call in calls.values()),
        outcomes=dict(Counter(call.outcome or "none" for call in calls.values())),
        times=figures.spreads(times),
        retransmissions=batch.retransmissions,
        second_offers=sum(call.offers > 1 for call in calls.values()),
        recordings=_recordings(here, calls),
        cpu={
            "engine": round(cpu["engine"] * 1000 / load.calls, 2),
            "asterisk": round(cpu["asterisk"] * 1000 / load.calls, 2),
            "sipp": round((cpu["agents"] + cpu["callers"]) * 1000 / load.calls, 2),
        },
        busy={
            "engine": round(cpu["engine"] / lasted, 3),
            "asterisk": round(cpu["asterisk"] / lasted, 3),
            "sipp": round((cpu["agents"] + cpu["callers"]) / lasted, 3),
            "others": round(max(0.0, machine - sum(cpu.values())) / lasted, 3),
        },
        memory={"engine": round(after.engine_memory, 1), "asterisk": round(after.asterisk_memory, 1)},
        left=left,
        asterisk_warnings=_warnings(here),
        machine_load=round(machine_load, 2),
        errors="\n".join([*_failures(calls), *left["channels"], *left["bridges"], batch.errors]).strip(),
    )


def _quiet(here: Stand) -> dict[str, list[str]]:
    """Wait until nothing is on the switch and every agent is ready; what is left on the switch after 15 seconds."""
    wait_until(lambda: not any(here.left().values()) and here.ready_agents() == len(here.agents), 15)
    return here.left()


def _times(batch: Batch, stamps: list[Stamp], calls: dict[str, Told], held: float) -> dict[str, list[float]]:
    invited = {stamp.number: stamp.at for stamp in reversed(stamps) if stamp.what == "invited"}
    answered = {stamp.number: stamp.at for stamp in reversed(stamps) if stamp.what == "answered"}
    talks = {number: call for number, call in calls.items() if call.talked_from is not None}
    return {
        "INVITE to 200": batch.answers,
        "line's key released to agent's INVITE": [
            invited[key.number] - key.at - held for key in batch.keys if key.number in invited
        ],
        "line reached to phone ordered": [
            call.offered - call.reached for call in calls.values() if call.offered and call.reached
        ],
        "phone ordered to agent's INVITE": [
            invited[number] - call.offered for number, call in calls.items() if call.offered and number in invited
        ],
        "agent's 200 to talk": [
            (call.talked_from or 0.0) - answered[number] for number, call in talks.items() if number in answered
        ],
        "talk": [(call.talked_until or 0.0) - (call.talked_from or 0.0) for call in talks.values()],
    }


def _failures(calls: dict[str, Told]) -> list[str]:
    """The first calls that did not talk, with how far they got."""
    lost = [f"{number}: {call.outcome}, last {call.last}" for number, call in calls.items() if call.outcome != "talked"]
    return lost[:10]


def _recordings(here: Stand, calls: dict[str, Told]) -> int:
    """Talks whose recording is there and not empty (a WAV header alone has 44 bytes)."""
    vault = vault_of(here.settings)
    kept = set(vault.names())
    named = [call.recording for call in calls.values() if call.recording]
    return sum(name in kept and vault.about(name).size > 44 for name in named)


def _warnings(here: Stand) -> int:
    log = here.settings.var / "asterisk" / "log" / "messages.log"
    return sum(" WARNING[" in line or " ERROR[" in line for line in log.read_text(errors="replace").splitlines())


def agents_for(rate: int, talk: float) -> int:
    """Enough agents that nobody waits for one: a fifth more than are busy on average."""
    return int(rate * (talk + GRACE) * 1.2) + 5


def knee(load: Load, steps: list[int], keep: Path) -> list[Result]:
    """Higher and higher rates, until a call fails or the 200 comes too late."""
    results: list[Result] = []
    for rate in steps:
        step = replace(load, rate=rate, agents=max(load.agents, agents_for(rate, load.talk)))
        results.append(measure(step, keep / f"rate-{rate}"))
        print(report.line(results[-1]), file=sys.stderr, flush=True)
        if not results[-1].good or results[-1].times["INVITE to 200"].p99 > KNEE * 1000:
            break
    return results


def main() -> int:
    """The command."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--rate", type=int, default=20, help="calls a second (20)")
    command.add_argument("--seconds", type=int, default=60, help="how long calls are placed (60)")
    command.add_argument("--agents", type=int, help="how many; enough by itself")
    command.add_argument("--talk", type=float, default=3.0, help="seconds of talk (3)")
    command.add_argument("--record", action="store_true", help="record every talk")
    command.add_argument("--sound", action="store_true", help="callers speak, agents echo (RTP both ways)")
    command.add_argument("--keys", choices=["rtp", "info"], help="rtp where raw sockets may be opened, else SIP INFO")
    command.add_argument("--repeat", type=int, default=1, help="so many runs; the table tells median and worst (1)")
    command.add_argument("--knee", action="store_true", help="raise the rate by 10 until it does not hold")
    command.add_argument("--uvloop", action="store_true", help="run the engine on uvloop")
    command.add_argument("--profile", type=Path, help="write a cProfile of the engine here")
    command.add_argument("--json", type=Path, help="write the results here")
    command.add_argument("--keep", type=Path, help="keep logs, database and recordings in this new folder")
    given = command.parse_args()
    unwinds()
    if shutil.which("sipp") is None:
        print("SIPp is not installed: apt-get install sip-tester", file=sys.stderr)
        return 2
    options: tuple[str, ...] = ("--uvloop",) if given.uvloop else ()
    if given.profile:
        options += ("--profile", str(given.profile.absolute()))
    load = Load(
        rate=given.rate,
        seconds=given.seconds,
        talk=given.talk,
        agents=given.agents or agents_for(given.rate, given.talk),
        record=given.record,
        sound=given.sound,
        keys=given.keys or ("rtp" if may_send_raw() else "info"),
        engine=options,
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = (given.keep or Path(temporary)).absolute()
        try:
            if given.knee:
                results = knee(load, list(range(given.rate, given.rate + 100, 10)), folder)
            else:
                results = [measure(load, folder / f"run-{n + 1}") for n in range(given.repeat)]
        except (StandFailed, AsteriskMissing) as error:
            print(error, file=sys.stderr)
            return 1
    print("\n".join(map(report.line, results)) if given.knee else report.table(results))
    if given.json:
        told = {"machine": report.machine(), "results": [{**asdict(r), "good": r.good} for r in results]}
        given.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if all(result.good for result in (results[:1] if given.knee else results)) else 1


if __name__ == "__main__":
    sys.exit(main())
