"""Pictures of the dashboards, from real data: the shipped hotline on a real Asterisk, called by real telephones.

`python -m bench.dashboards --minutes 12` puts the hotline up as it is shipped, on a workday at ten. Its agents answer,
and callers call: few at first, then more than can be answered, then few again. A Prometheus with the shipped rules
scrapes it, and every board of `hotline.dashboards` is drawn into docs/pictures/dashboards, in both languages.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from bench.board_picture import STEPS, Answer, Span, picture
from bench.ports import free_ports
from bench.prometheus import Prometheus, Series, watching
from bench.stand import unwinds
from hotline.dashboards.boards import BOARDS
from hotline.dashboards.grafana import LANGUAGES
from hotline.dashboards.panel import Ask, Board, Kind, Panel
from hotline.operators import Published, read_config
from hotline.phone import Exchange, Manner, Phone, answers
from hotline.secrets import keep_secrets
from hotline.service import running
from hotline.settings import HOUSE, Settings, load
from hotline.sounds import furnish
from hotline.talk import Incoming, NotAnswered

PICTURES: Final = HOUSE / "docs" / "pictures" / "dashboards"
WORKDAY: Final = "2026-11-20T10:00:00+08:00"
KEYS: Final = {"14": 5, "13": 3, "12": 2, "11": 3, "16": 2, "17": 2, "15": 1, "21": 3, "22": 1, "3": 1, "1": 1, "": 1}
"""What callers press, and how often: some press too little, or nothing."""
FIRST: Final = 13900000000


def rate(share: float) -> float:
    """Arrivals a minute when so much of the time is over."""
    return 6.0 if share < 0.3 or share > 0.75 else 16.0


async def call(phone: Phone, keys: str, patience: float, dice: random.Random) -> None:
    """One caller: presses, waits as long as they have patience for, talks until the agent hangs up."""
    with suppress(NotAnswered, TimeoutError):
        talk = await (await phone.dial("12320")).answered()
        for key in keys:
            with suppress(TimeoutError):
                await talk.ended(dice.uniform(1.0, 5.0))
            await talk.press(key)
        with suppress(TimeoutError):
            await talk.ended(patience)
        await talk.hang_up()


def serving(dice: random.Random) -> Manner:
    """Answers after a few seconds, most of the time, and talks for a while."""

    async def manner(ring: Incoming) -> None:
        if dice.random() < 0.06:
            return  # not at the desk
        await answers(dice.uniform(1, 5), speaking=622.0, hanging_up_after=dice.uniform(10, 45))(ring)

    return manner


async def busy(switch: str, exchange: Exchange, seconds: float, dice: random.Random) -> None:
    """Callers come as they like for so many seconds; those who are there then are waited for."""
    ends = time.monotonic() + seconds
    async with asyncio.TaskGroup() as callers:
        number = FIRST
        while (left := ends - time.monotonic()) > 0:
            number += 1
            phone = await exchange.phone(str(number), switch=switch)
            keys = dice.choices(list(KEYS), list(KEYS.values()))[0]
            callers.create_task(call(phone, keys, min(dice.uniform(40, 120), left + 5), dice))
            await asyncio.sleep(min(left, dice.expovariate(rate(1 - left / seconds) / 60)))


async def answered(prometheus: Prometheus, board: Board, span: Span) -> Mapping[Panel, Sequence[Answer]]:
    """What a board's panels show."""
    told: dict[Panel, list[Answer]] = {}
    for panel in board.panels:
        found = told.setdefault(panel, [])
        for asked in panel.asks:
            found.append((asked, await _answer(prometheus, panel, asked, span)))
    return told


async def _answer(prometheus: Prometheus, panel: Panel, asked: Ask, span: Span) -> Sequence[Series]:
    whole, step = span.until - span.since, span.step
    filled = asked.filled(span=f"{whole:.0f}s", step=f"{step if panel.interval else 30:.0f}s", line=".*")
    if asked.over_all or panel.kind is Kind.BARS:
        return await prometheus.now(filled, span.until)
    return await prometheus.over(filled, span.since, span.until, step if panel.interval else whole / STEPS)


async def draw(minutes: float, seed: int) -> None:
    """Everything, from the empty folder to the pictures."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    published = _quick(read_config(HOUSE / "config"))
    sip, ari, web, port = free_ports(4)
    with tempfile.TemporaryDirectory(prefix="dashboards-") as folder:
        async with Exchange() as exchange:
            carrier = await exchange.phone("carrier", switch=exchange.address, takes_any=True)
            carrier.manner = answers(2, speaking=1397.0, hanging_up_after=20)
            settings = load(
                var=Path(folder) / "var",
                config=HOUSE / "config",
                sip={"port": sip},
                ari={"port": ari},
                web={"port": web},
                rtp={"first": 22000, "last": 22999},
                trunk={"port": int(exchange.address.rpartition(":")[2])},
                clock=WORKDAY,
            )
            furnish(published.plan, settings.var, recordings=HOUSE / "config" / "recordings")
            async with running(settings, published, managed=True):
                await _staff(exchange, settings, published, dice)
                async with watching(Path(folder) / "prometheus", f"127.0.0.1:{web}", port) as prometheus:
                    since = time.time()
                    await busy(f"127.0.0.1:{sip}", exchange, minutes * 60, dice)
                    until = time.time()
                    span = Span(since, until, max(15.0, (until - since) / 24))
                    for board in BOARDS:
                        await _drawn(prometheus, board, span)


async def _staff(exchange: Exchange, settings: Settings, published: Published, dice: random.Random) -> None:
    """Every agent's phone, registered."""
    secrets = keep_secrets(settings.var, published.plan.phones).phones
    for name, agent in published.plan.agents.items():
        if agent.lines:
            phone = await exchange.phone(name, switch=f"127.0.0.1:{settings.sip.port}", secret=secrets[name])
            phone.manner = serving(dice)
            await phone.register()


async def _drawn(prometheus: Prometheus, board: Board, span: Span) -> None:
    told = await answered(prometheus, board, span)
    for language in LANGUAGES:
        file = PICTURES / language / f"{board.name}.svg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(picture(board, told, span, language), "utf-8")
        print(file)


def _quick(published: Published) -> Published:
    """As it is shipped, but that wrapping up is done soon: the pictures are of minutes, not of a day."""
    lines = {name: rule.model_copy(update={"wrap_up": 5.0}) for name, rule in published.plan.lines.items()}
    return Published(published.plan.model_copy(update={"lines": lines}), published.version)


def main() -> None:
    """The command."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--minutes", type=float, default=12, help="minutes of calls (12)")
    command.add_argument("--seed", type=int, default=12320, help="of all chance (12320)")
    given = command.parse_args()
    unwinds()
    asyncio.run(draw(given.minutes, given.seed))


if __name__ == "__main__":
    main()
