"""The running hotline as its pages and its metrics see it. Looks; changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, time

from acd.agent import Presence
from acd.floor import Floor
from hotline.attack import Attack
from hotline.front import FrontWatch
from hotline.live import Live
from hotline.web import LineStatus, Status
from ivr.ari.switch import AriSwitch
from ivr.callbacks.events import CallPlaced
from ivr.callbacks.ticket import Ticket
from ivr.clock import Clock
from ivr.events import CallArrived, CallEnded
from ivr.journal import Entry
from ivr.outcomes import Outcome
from ivr.switchboard import Switchboard
from records.journal import SqlJournal
from routing.calendar import SHANGHAI
from routing.moment import in_front, line_opening
from routing.scene import Scene

SHOWN = 10
"""Problems of a refused plan that the page names; the log has all."""


class HotlineView:
    """Answers `hotline.web` and `hotline.metrics` from the parts that are up. Subscribe `hear` to the journal."""

    def __init__(
        self,
        live: Live,
        *,
        floor: Floor,
        clock: Clock,
        link: AriSwitch,
        journal: SqlJournal,
        board: Switchboard,
        front: FrontWatch,
        by_hand: Callable[[], Mapping[str, bool]] = dict,
        callbacks: Callable[[], Iterable[Ticket]] = tuple,
        attack: Callable[[], Attack | None] = lambda: None,
        alarms: Callable[[], Sequence[str]] = tuple,
        today: Mapping[Outcome, int],
    ) -> None:
        """`today` counts the calls that came in and ended since midnight, before this process began; `callbacks` are
        those that are booked and not done.
        """
        self._live, self._floor, self._clock = live, floor, clock
        self._link, self._journal, self._board, self._front = link, journal, board, front
        self._by_hand, self._callbacks, self._attack, self._alarms = by_hand, callbacks, attack, alarms
        self._today, self._day = Counter(today), clock.now().astimezone(SHANGHAI).date()
        self.drains: Callable[[], bool] = lambda: False
        self._placed: set[str] = set()
        """Calls of the hotline itself that go on, to call somebody back or to see that all works."""

    def hear(self, entry: Entry) -> None:
        """Count a call that came in and ended."""
        match entry.event:
            case CallPlaced() | CallArrived(test=True):
                self._placed.add(entry.call)
            case CallEnded() if entry.call in self._placed:
                self._placed.discard(entry.call)
            case CallEnded(outcome=outcome):
                self._turn_the_page()
                self._today[outcome] += 1

    def recount(self, today: Mapping[Outcome, int]) -> None:
        """What the database says of today, now that it can be read."""
        self._today = Counter(today)

    def _turn_the_page(self) -> None:
        day = self._clock.now().astimezone(SHANGHAI).date()
        if day != self._day:
            self._today, self._day = Counter(), day

    # ── the pages ───────────────────────────────────────────────────────────

    def obstacles(self) -> Sequence[str]:
        """What keeps callers from being served."""
        found = []
        if self.drains():
            found.append("draining: no new callers are let in")
        if not self._link.up:
            found.append("no link to Asterisk")
        if not self._journal.writes:
            found.append("the journal's writer ended")
        return found

    def alarms(self) -> Sequence[str]:
        """What is wrong though callers are served."""
        return self._alarms()

    def notices(self) -> Sequence[str]:
        """What an operator should know of the plan, though callers are served."""
        live, front = self._live, self.front()
        notices = [*self.alarms(), *([] if front is None else [f"来电先听紧急通知：{front}"])]
        if (attack := self._attack()) is not None:
            notices.append(f"防范恶意呼叫已打开，到 {attack.until.astimezone(SHANGHAI):%m-%d %H:%M} 为止")
        if live.refused:
            return [*notices, f"配置文件有错，没有启用，仍用第 {live.number} 版：", *live.refused[:SHOWN]]
        if live.set_aside:
            return [*notices, f"已退回第 {live.number} 版；配置文件暂不启用，改动文件或执行 hotline reload 后启用。"]
        return notices

    def front(self) -> str | None:
        """The words of the message that every caller hears first now."""
        plan = self._live.now.plan
        front = in_front(plan, Scene(self._clock.now(), front=self._front()))
        return None if front is None else "".join(plan.texts(front.say))

    async def status(self) -> Status:
        """How the hotline stands."""
        self._turn_the_page()
        plan, now = self._live.now.plan, self._clock.now()
        booked = Counter(ticket.line for ticket in self._callbacks())
        return Status(
            name=plan.hotline.name,
            number=plan.hotline.number,
            now=now,
            plan=self._live.mark,
            version=self._live.number,
            notices=self.notices(),
            in_progress=self._board.calls,
            lines=[self._line(line, now, booked[line]) for line in plan.lines],
            today=dict(self._today),
        )

    def _line(self, line: str, now: datetime, callbacks: int) -> LineStatus:
        plan, waits = self._live.now.plan, self.waits(line)
        rule = plan.lines[line]
        opened = line_opening(plan, line, Scene(now, by_hand=self._by_hand()))
        agents = Counter(self._floor.seat(agent).presence for agent in plan.agents_of(line))
        return LineStatus(
            id=line,
            name=rule.name,
            open=opened.open,
            why=opened.why,
            waiting=len(waits),
            longest_wait=max(waits, default=0.0),
            agents=agents,
            callbacks=callbacks,
            outside=rule.outside is not None and not agents,
        )

    # ── the metrics ─────────────────────────────────────────────────────────

    def waits(self, line: str) -> Sequence[float]:
        """Seconds that each caller of the line has waited."""
        now = self._clock.monotonic()
        return [now - place.since for place in self._floor.waiting(line)]

    def presences(self) -> Mapping[Presence, int]:
        return self._floor.presences()


def midnight(clock: Clock) -> datetime:
    """When today began in China."""
    return datetime.combine(clock.now().astimezone(SHANGHAI).date(), time.min, SHANGHAI)
