"""Results for people: one line for a rate, a table for runs of the same load."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import version
from statistics import median
from typing import TYPE_CHECKING

from bench.figures import cpu_model
from bench.sipp import version as sipp_version
from hotline.asterisk_program import find_asterisk
from hotline.settings import Settings

if TYPE_CHECKING:
    from bench.calls import Result


def machine() -> dict[str, str]:
    """What the figures hold for."""
    return {
        "cpu": cpu_model(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "asterisk": find_asterisk(Settings()).release,
        "sipp": sipp_version(),
        "hotline": version("hotline") if _installed() else "from the source",
    }


def line(result: Result) -> str:
    """The result in one line."""
    answer = result.times.get("INVITE to 200")
    late = result.times.get("engine loop late")
    return (
        f"{result.load.rate:4} calls/s: {result.talked} of {result.load.calls} talked, {result.failed} failed, "
        f"200 after p50 {answer.p50 if answer else '-'} p99 {answer.p99 if answer else '-'} ms, "
        f"loop late p99 {late.p99 if late else '-'} ms, cores: engine {result.busy['engine']:.2f} "
        f"asterisk {result.busy['asterisk']:.2f} sipp {result.busy['sipp']:.2f} others {result.busy['others']:.2f}"
    )


def table(results: list[Result]) -> str:
    """Median and worst of runs of the same load."""
    load = results[0].load
    head = [f"{name}: {value}" for name, value in machine().items()]
    head.append(
        f"load: {load.rate} calls/s for {load.seconds} s, {load.agents} agents, talk {load.talk} s, "
        f"{'recorded' if load.record else 'not recorded'}, keys as {load.keys.upper()}, "
        f"{'sound both ways' if load.sound else 'callers and agents send no sound'}"
    )
    rows: list[tuple[str, str, str]] = [(f"of {len(results)} run(s)", "median", "worst")]

    def add(name: str, figure: Callable[[Result], float], worst: Callable[..., float] = max) -> None:
        values = [figure(result) for result in results]
        rows.append((name, f"{median(values):g}", f"{worst(values):g}"))

    add("calls offered", lambda r: r.offered, min)
    add("calls that SIPp calls good", lambda r: r.succeeded, min)
    add("calls whose record says talked", lambda r: r.talked, min)
    add("calls failed", lambda r: r.failed)
    for name in results[0].times:
        for part in ("p50", "p99", "most"):
            if all(name in result.times for result in results):
                add(f"{name}, {part} (ms)", lambda r, n=name, p=part: getattr(r.times[n], p))  # type: ignore[misc]
    for name in results[0].cpu:
        add(f"CPU of {name} (ms a call)", lambda r, n=name: r.cpu[n])  # type: ignore[misc]
    for name in results[0].busy:
        add(f"cores kept busy by {name}", lambda r, n=name: r.busy[n])  # type: ignore[misc]
    for name in results[0].memory:
        add(f"memory of {name} (MiB)", lambda r, n=name: r.memory[n])  # type: ignore[misc]
    add("calls for which a second phone was rung", lambda r: r.second_offers)
    add("SIP retransmissions of callers", lambda r: r.retransmissions)
    if load.record:
        add("recordings", lambda r: r.recordings, min)
    add("channels left", lambda r: len(r.left["channels"]))
    add("bridges left", lambda r: len(r.left["bridges"]))
    add("warnings of Asterisk", lambda r: r.asterisk_warnings)
    add("load average before", lambda r: r.machine_load)
    wide = max(len(name) for name, _, _ in rows)
    body = [f"{name:<{wide}}  {middle:>10}  {worst:>10}" for name, middle, worst in rows]
    wrong = [f"run {n}: outcomes {r.outcomes}\n{r.errors}" for n, r in enumerate(results, 1) if not r.good]
    return "\n".join([*head, "", *body, *wrong])


def _installed() -> bool:
    try:
        return bool(version("hotline"))
    except ModuleNotFoundError:
        return False
