"""Waiting on a line: what a caller hears, and everything that may end it.

Three things go on together: the floor looks for an agent, the caller is told how things stand and may press a key, and
the line's hours run out. Whatever comes first ends the others; an agent's answer cuts every announcement off.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from acd.signals import CallJoined, GiveUp
from ivr.call import Call
from ivr.callbacks.board import Callbacks
from ivr.callbacks.booking import Agreed, agree
from ivr.carried import Carried
from ivr.clock import LOOKS_EVERY, Clock
from ivr.dispatch import Dispatch, Replaced, Seated
from ivr.events import StepHeard, WaitBegan, WaitEnded
from ivr.offer_legs import Connected
from ivr.outcomes import Outcome, Reason, WaitEnd
from ivr.outlook import Outlook
from ivr.sounds import Sounds
from ivr.task_group import TaskGroup
from prompts.phrases import Phrase
from routing.calendar import closing
from routing.node import Callback
from routing.plan import Plan
from routing.steps import Book, Booked, Came, Closed, Enter, GaveUp, Pressed, Silent
from routing.walk import Position, advance

LOOKS_AGAIN = 5.0
"""Seconds until a caller for whom a phone rings is thought of again: should it fail, they are told how things stand."""

UNCHANGED = 3
"""What a caller was told of their place is told again after so many turns, though it is the same."""

_STANDS_BY = 1.0
_AT_ONCE = 0.001
"""Seconds that no timer waits for: a clock that stands still in between would be asked again for ever."""


@dataclass(frozen=True, slots=True)
class House:
    """Everything that a waiting call needs of the hotline."""

    plan: Plan
    sounds: Sounds
    dispatch: Dispatch
    clock: Clock
    outlook: Outlook
    callbacks: Callbacks


@dataclass(frozen=True, slots=True)
class Left:
    """The call waits no more, and nobody answered: the walk goes on at `position` with what `came`."""

    position: Position
    came: Came
    end: WaitEnd


class Waiting:
    """One caller's waiting, on one line after another: the time counts on."""

    def __init__(self, call: Call, house: House, *, waited: float = 0.0) -> None:
        self._call, self._house = call, house
        self._waited = waited
        self._since: float | None = None
        """Monotonic; None while they don't wait."""
        self._booked = False
        self._agreeing = False
        """The caller is being asked which number to call back."""

    @property
    def waited(self) -> float:
        """Seconds until now."""
        now = self._house.clock.monotonic()
        return self._waited + (0.0 if self._since is None else now - self._since)

    def over(self) -> None:
        """Somebody talked with them: what they wait for from now on is something else."""
        self._waited = 0.0

    def resume(self, began: WaitBegan, waited: float, here: float) -> None:
        """Take the place on a line again that the call had under an engine before us; then `seat` it `placed`.

        `waited` are the seconds that count for it, `here` those of them on this line.
        """
        call = self._call
        self._waited, self._since = waited, self._house.clock.monotonic()
        call.carried = Carried(waited, began.only, began.back_to, began.urgent)
        call.lane = replace(call.lane, behind=began.behind)
        self._house.dispatch.place(
            call,
            CallJoined(
                call.id,
                began.line,
                began.priority,
                waited=waited,
                language=began.language,
                had=self._house.outlook.had(call.number, began.line),
                only=began.only,
                urgent=began.urgent or call.raised,
                past=frozenset(began.past),
                behind=0.0 if call.raised else began.behind,
                here=here,
            ),
        )

    async def seat(
        self,
        position: Position,
        enter: Enter,
        welcome: tuple[str, ...],
        *,
        instead_of: Connected | None = None,
        placed: bool = False,
    ) -> Connected | Left:
        """Wait on a line until a phone is answered, or the call leaves it. `instead_of` is an agent kept for the call.

        Notes how long it was and to what end. `placed`: the call has its place on the line (`resume`).
        """
        call, line = self._call, enter.line
        if call.outcome[0] is not Outcome.TALKED:
            call.outcome = (Outcome.ABANDONED, Reason.CALLER_HUNG_UP)
        if not placed:
            self._begin(enter)
        end, self._booked = WaitEnd.CALLER_LEFT, False
        try:
            seated = await self._wait(position, enter, welcome, instead_of, placed=placed)
            end = WaitEnd.CONNECTED if isinstance(seated, Connected) else seated.end
        finally:
            self._waited, self._since = self.waited, None
            if self._booked:
                end = WaitEnd.BOOKED  # though they rang off in the words that said so
            elif end is WaitEnd.CALLER_LEFT and call.gone and not call.stopping:
                self._house.callbacks.abandoned(call, enter, self._waited)
                end = WaitEnd.MEDIA_LOST if call.lost else end
            call.note(WaitEnded(line, WaitEnd.ENGINE_STOPPED if call.stopping else end))
        return seated

    def _begin(self, enter: Enter) -> None:
        """Note how the call joins a line, so that another engine could place it there again."""
        call, line = self._call, enter.line
        self._waited = max(self._waited, self._house.callbacks.take_back(call.number, line))
        call.note(
            WaitBegan(
                line,
                len(self._house.dispatch.floor.waiting(line)),
                max(self._waited, call.carried.waited),
                enter.priority,
                enter.language,
                call.carried.only,
                call.carried.back_to,
                call.carried.urgent,
                tuple(sorted(enter.past)),
                self._behind(),
            )
        )
        self._since = self._house.clock.monotonic()

    def _joined(self, enter: Enter) -> CallJoined:
        call = self._call
        return CallJoined(
            call.id,
            enter.line,
            enter.priority,
            waited=max(self._waited, call.carried.waited),
            language=enter.language,
            had=self._house.outlook.had(call.number, enter.line),
            only=call.carried.only,
            urgent=call.carried.urgent or call.raised,
            past=enter.past,
            behind=self._behind(),
        )

    def _behind(self) -> float:
        """How much later than it came the call counts as having come."""
        call = self._call
        return 0.0 if call.raised or call.talked_with is not None else call.lane.behind

    async def _wait(
        self,
        position: Position,
        enter: Enter,
        welcome: tuple[str, ...],
        instead_of: Connected | None,
        *,
        placed: bool,
    ) -> Connected | Left:
        call, dispatch = self._call, self._house.dispatch
        seated: asyncio.Task[Seated] | None = None
        try:
            async with TaskGroup() as tasks:
                turn = dispatch.seated(call) if placed else dispatch.seat(call, self._joined(enter))
                seated = tasks.create_task(turn)
                if instead_of is not None:
                    tasks.create_task(self._let_back(instead_of))  # begins after `seat` has joined
                attending = tasks.create_task(self._attend(position, enter, welcome, resumed=placed))
                closed = tasks.create_task(self._closed(enter.line))
                try:
                    await asyncio.wait((seated, attending, closed), return_when=asyncio.FIRST_COMPLETED)
                    return await self._ended(position, seated, attending)
                finally:
                    for task in (seated, attending, closed):
                        task.cancel()
        except BaseException:
            if seated is not None and seated.done() and not seated.cancelled() and seated.exception() is None:
                connected = seated.result()
                if isinstance(connected, Connected):
                    dispatch.legs.abandon(connected)
            raise
        finally:
            call.keys.heed(None)

    async def _let_back(self, kept: Connected) -> None:
        self._house.dispatch.let_go(kept)

    async def _ended(
        self,
        position: Position,
        seated: asyncio.Task[Seated],
        attending: asyncio.Task[Left],
    ) -> Connected | Left:
        """What ended the wait: an agent's answer before everything else, then the line, the caller, the hours."""
        result = seated.result() if seated.done() else None
        if isinstance(result, Connected):
            return result
        if isinstance(result, GiveUp):
            self._lets_go(Outcome.INFORMED)
            return Left(position, GaveUp(self._own_limit(result)), WaitEnd(result.why.value))
        if isinstance(result, Replaced) or attending.done():
            return await attending
        self._lets_go(Outcome.INFORMED)
        return Left(position, Closed(), WaitEnd.CLOSED)

    def _own_limit(self, given: GiveUp) -> int | None:
        """Which limit of the call's own plan it was; None for one that this plan does not have in that place."""
        limits = self._house.plan.lines[given.line].limits
        if given.limit is None or given.rule is None or given.limit >= len(limits):
            return None
        own = limits[given.limit]
        return given.limit if (own.when, own.over) == (given.rule.kind, given.rule.over) else None

    def _lets_go(self, outcome: Outcome) -> None:
        """What the call would end as from now on, unless somebody talked with the caller already."""
        if self._call.outcome[0] is not Outcome.TALKED:
            self._call.outcome = (outcome, Reason.CALLER_HUNG_UP)

    async def _closed(self, line: str) -> None:
        """Return when the line's hours end, if that ends its callers' wait.

        A phone that rings just then may still be answered, and a callback that is being agreed on booked.
        """
        if self._house.plan.lines[line].at_closing != "leave" or self._open_for(line) is None:
            await asyncio.Event().wait()
            return
        while (left := self._open_for(line)) is not None:  # noqa: ASYNC110 - the wall tells nobody
            await asyncio.sleep(min(left, LOOKS_EVERY))
        floor = self._house.dispatch.floor
        call = self._call.id
        while self._agreeing or floor.ahead(call) is None or floor.rings_for(call):  # noqa: ASYNC110 - the floor is asked
            await asyncio.sleep(_STANDS_BY)

    def _open_for(self, line: str) -> float | None:
        """Seconds until the line's hours end; None when they are over, or don't end within days."""
        plan, now = self._house.plan, self._house.clock.now()
        ends = closing(plan.calendar, plan.hours_of(line), now)
        return None if ends is None else (ends - now).total_seconds()

    # ── what the caller hears and does ──────────────────────────────────────

    async def _attend(self, position: Position, enter: Enter, welcome: tuple[str, ...], *, resumed: bool) -> Left:
        """Welcome the caller, tell them now and then how things stand, and heed their keys; how they left by one.

        `resumed`: they were told already, and hear music next.
        """
        call, floor, monotonic = self._call, self._house.dispatch.floor, self._house.clock.monotonic
        teller = _Teller(call, self._house, enter, position.way.variant)
        if call.carried.interrupted and position.way.variant is None:
            welcome = self._house.sounds.phrase(Phrase.INTERRUPTED)
        call.keys.forget()
        call.keys.heed(enter.keys)
        await call.say(welcome)
        due, music = monotonic() + (self._house.plan.lines[enter.line].tell_every if resumed else 0.0), False
        while True:
            rings = floor.ahead(call.id) is None or bool(floor.rings_for(call.id))
            if not rings and due - monotonic() < _AT_ONCE and call.keys.ahead is None:
                await call.say(teller.words())
                due, music = monotonic() + self._house.plan.lines[enter.line].tell_every, False
            if not music and call.keys.ahead is None:
                await call.music()
                music = True
            key = await call.ask((), LOOKS_AGAIN if rings else max(0.0, due - monotonic()))
            if key is None:
                continue
            left = await self._pressed(position, enter, key)
            if left is not None:
                return left
            music = False

    async def _pressed(self, position: Position, enter: Enter, key: str) -> Left | None:
        """A key that the line offers: it leads away, or to a callback, which is agreed on while the caller waits on."""
        call, plan = self._call, self._house.plan
        call.note(StepHeard(enter.node, (), key))
        following = advance(plan, position, Pressed(key), self._house.outlook.scene(call.number))
        if following is None or not isinstance(following.step, Book):
            self._lets_go(Outcome.LEFT)
            return Left(position, Pressed(key), WaitEnd.KEY_PRESSED)
        call.keys.heed(None)
        self._agreeing = True
        try:
            came = await self.book(following.step, enter)
        finally:
            self._agreeing = False
        if came == Booked():
            return Left(following, Booked(), WaitEnd.BOOKED)
        call.keys.forget()
        call.keys.heed(enter.keys)
        await call.say(self._house.sounds.phrase(Phrase.STILL_WAITING))
        return None

    async def book(self, step: Book, waits: Enter | None = None) -> Booked | Pressed | Silent:
        """Agree on a callback and book it; else how the caller declined.

        It gets the place of a call that waits on the line of `waits`; else what counts is how long it waited.
        """
        call, house = self._call, self._house
        came = await agree(call, step, house.sounds, lambda number: house.plan.may_call_back(step.line, number))
        if not isinstance(came, Agreed):
            return came
        if house.callbacks.has(came.number):
            await call.say(house.sounds.phrase(Phrase.ALREADY))
            return Silent()
        if waits is not None and house.dispatch.floor.rings_for(call.id):
            await call.say(house.sounds.phrase(Phrase.ALMOST))
            while house.dispatch.floor.rings_for(call.id):  # noqa: ASYNC110 - the floor is asked
                await asyncio.sleep(_STANDS_BY)
        if waits is not None and house.dispatch.floor.ahead(call.id) is None:
            await asyncio.Event().wait()  # somebody answered, or the line gave the call up: this is about to be cut off
        house.callbacks.book(
            call,
            step.line,
            came.number,
            waited=self.waited,
            priority=0 if waits is None else waits.priority,
            language=None if waits is None else waits.language,
            replaces=waits is not None and waits.line == step.line,
        )
        self._booked = True
        self._lets_go(Outcome.CALLBACK)
        node = house.plan.nodes[step.node]
        if isinstance(node, Callback) and not node.booked:
            await call.say(house.sounds.phrase(Phrase.BOOKED), whole=True)
        return Booked()


class _Teller:
    """What a waiting caller is told, turn by turn."""

    def __init__(self, call: Call, house: House, enter: Enter, variant: str | None) -> None:
        self._call, self._house, self._line, self._variant = call, house, enter.line, variant
        self._turns = 0
        self._told: tuple[str, ...] = ()
        self._told_at = 0

    def words(self) -> tuple[str, ...]:
        """That all are busy, later a word of comfort; and the place, when it changed or is due again."""
        plan = self._house.plan
        own = plan.comfort_of(self._line) if self._turns else plan.busy_of(self._line)
        said = tuple(sound for prompt in plan.said(own, self._variant) for sound in self._house.sounds.prompt(prompt))
        self._turns += 1
        place = self._place()
        if place == self._told and self._turns - self._told_at < UNCHANGED:
            return said
        self._told, self._told_at = place, self._turns
        return said + place

    def _place(self) -> tuple[str, ...]:
        """How many come first, and about how long it takes, where that can be told. Spoken in one language alone."""
        rule, floor = self._house.plan.lines[self._line], self._house.dispatch.floor
        ahead = floor.ahead(self._call.id)
        if self._variant is not None or ahead is None:
            return ()
        place = self._house.sounds.position(ahead) if rule.position else ()
        expected = self._house.dispatch.expected(self._call.id) if rule.estimate else None
        return place if expected is None else place + self._house.sounds.wait(expected.low, expected.high)
