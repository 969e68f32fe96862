"""A hotline on a fake switch with the door for commands open: what people at desks and in terminals meet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Container, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline.callback_door import cancelling
from hotline.control import ask, open_control
from hotline.floor_door import FloorDoor
from hotline.floor_state import FloorState
from hotline.floor_watch import FloorWatch
from ivr.lead.supervision import Supervision
from records.journal import SqlJournal
from records.migrations import upgrade
from records.presences import Presences
from routing.check import read_plan
from tests.ivr.fake_switch import Behaviour
from tests.ivr.house import House, LoopClock, house

PLAN_TEXT = """\
hotline:
  {name: 小热线, number: 12320, start: main, person: desk, hours: always, apology: sorry,
   silence: {say: sorry, tries: 2, then: desk}, wrong: {say: sorry, tries: 3, then: desk}}
nodes:
  main: {menu: choose, keys: {1: desk, 2: night}}
  closed: {end: sorry}
  ring-back: {callback: sorry, then: closed, otherwise: desk}
lines:
  desk: {name: 咨询, closed: closed, overflow: closed, keys: {1: ring-back}, callback: {numbers: ["138*"]}}
  night: {name: 夜班, closed: closed, overflow: closed}
agents:
  ann: {name: 甲, lines: [desk, night]}
  bob: {name: 乙, lines: {desk: 2}}
  chief: {name: 班长, leader: true}
breaks: {lunch: 午餐}
calendar:
  hours:
    always: [{on: every day, open: ["0:00-24:00"]}]
prompts: {choose: 请选择。, sorry: 抱歉。}
"""
PLAN = read_plan({"plan.yaml": PLAN_TEXT})


@dataclass
class FloorHouse:
    """The house, and its door."""

    house: House
    var: Path
    clock: LoopClock
    journal: SqlJournal
    presences: Presences
    state: FloorState
    door: FloorDoor

    async def get(self, path: str) -> Any:
        return await ask(self.var, "GET", path)

    async def desk(self, agent: str, verb: str, **data: Any) -> Any:
        return await ask(self.var, "POST", f"/desk/{agent}/{verb}", data)

    async def lead(self, leader: str, verb: str, **data: Any) -> Any:
        return await ask(self.var, "POST", f"/lead/{leader}/{verb}", data)

    async def agent(self, agent: str) -> Any:
        (found,) = (a for a in (await self.get("/floor"))["agents"] if a["id"] == agent)
        return found

    async def written(self) -> None:
        """Everything that was told so far is in the database."""
        for entry in self.house.ledger.entries:
            self.journal.note(entry)
        await self.journal.flush()
        await self.presences.flush()


@asynccontextmanager
async def floor_house(
    var: Path, phones: Mapping[str, Behaviour], *, quiet: Container[str] = ()
) -> AsyncIterator[FloorHouse]:
    """The hotline of PLAN, with the phones of these agents; calls that are `quiet` leave no number."""
    url = f"sqlite+aiosqlite:///{var / 'hotline.db'}"
    await upgrade(url)
    async with (
        SqlJournal(url) as journal,
        Presences(url) as presences,
        house(plan=PLAN) as h,
    ):
        for phone, behaviour in phones.items():
            h.switch.phone_up(phone, behaviour)
        clock, board = LoopClock(), h.board
        supervision = Supervision(
            board.conversations,
            board.dispatch,
            h.switch,
            plan=lambda: PLAN,
            call=board.call,
            spawn=board.order,
            begin=board.begin,
        )
        watch = FloorWatch(board.dispatch.floor, presences, clock.now)
        board.dispatch.watch(watch.hear)
        state = FloorState(
            board.dispatch.floor,
            clock,
            plan=lambda: PLAN,
            lines=lambda: PLAN.lines,
            number_of=lambda name: None if (call := board.call(name)) is None else call.number,
            talks=board.conversations,
            attending=supervision.attending,
            by_hand=dict,
            alerts=watch.alerts,
            callbacks=lambda: h.callbacks.tickets,
            quiet=quiet.__contains__,
        )
        door = FloorDoor(
            state,
            board.dispatch,
            plan=lambda: PLAN,
            call=board.call,
            conversations=board.conversations,
            supervision=supervision,
            hang_up=h.switch.hang_up,
            database=url,
            now=clock.now,
        )
        async with open_control(var, [*door.routes(), cancelling(h.callbacks)]):
            yield FloorHouse(h, var, clock, journal, presences, state, door)
