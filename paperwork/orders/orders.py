"""Work orders as they are kept: opened, moved and escalated, each fact with the row that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from paperwork.answers.codes import AnyCode, Codes
from paperwork.filing import Changed, Filing, file, next_number
from paperwork.kind import Kind
from paperwork.orders.accused import NONE, Accused, Unclear, above, told
from paperwork.orders.asked import FORMS, Correct, HandOn, Open, Unfit, read
from paperwork.orders.clock import Running
from paperwork.orders.deeds import Desk, deed_of
from paperwork.orders.escalation import owed, wake_at
from paperwork.orders.order import BODY, OPENED, Order, apply, fold, paper_of, row_of
from paperwork.orders.prefill import Known, known_of
from paperwork.orders.rules import OrderRules
from paperwork.orders.state import IllegalMove, Move, allowed
from paperwork.orders.units import Unit, Units
from paperwork.orders.words import Acceptance
from records.paper_tables import filings, orders
from records.store import Store
from routing.calendar import Calendar

SERIES, TESTS = "order", "order-test"
"""Of the yearly numbers: those of tests are no gaps among the others."""


class NoOrder(LookupError):
    """There is no such order; one line for people."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. `who` is as in the audit log (`desk:NAME`), `name` what they sign with."""

    who: str
    name: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """How an order came in by itself: nobody accepted it yet. `runs` is the clock of that."""

    runs: Running
    mark: str
    """A paper of its own, filed once: what came in twice is one order."""
    acceptance: Acceptance = Acceptance.OTHER
    nth: int = 1
    """Which filing of that paper it is: the second of what was taken back and came in anew."""


@dataclass(frozen=True, slots=True)
class Held:
    """An order with everything that was filed in it."""

    order: Order
    facts: tuple[Filing, ...]


class Link(Protocol):
    """Tells the answer record of a call that it was handed on: `paperwork.answers.book.Book.hand_on`."""

    async def __call__(
        self, connection: AsyncConnection, call: str, order: str, *, who: str, at: datetime
    ) -> object: ...


class Orders:
    """All work orders of a hotline. What asks it raises DBAPIError or NoDatabase besides what it says.

    `quiet` names the lines that keep no numbers, `closed` all confidential ones, `codes` knows the categories, `link`
    tells answer records; `changed` is called after each transaction that changed an order.
    """

    def __init__(
        self,
        store: Store,
        units: Units,
        *,
        rules: Callable[[], OrderRules],
        calendar: Callable[[], Calendar],
        now: Callable[[], datetime],
        quiet: Callable[[], Collection[str]] = lambda: (),
        closed: Callable[[], Collection[str]] = lambda: (),
        codes: Codes | None = None,
        link: Link | None = None,
    ) -> None:
        self.store, self.units, self._codes, self._link = store, units, codes or AnyCode(), link
        self.rules, self.calendar, self.now, self._quiet, self._closed = rules, calendar, now, quiet, closed
        self.changed: list[Callable[[], None]] = []

    # ── looking ─────────────────────────────────────────────────────────────

    async def find(self, number: str) -> Held:
        """An order with its history. Raises NoOrder."""
        query = select(filings).where(filings.c.paper == paper_of(number)).order_by(filings.c.seq)
        facts = tuple(Filing(**row) for row in await self.store.rows(query))
        if not facts:
            raise NoOrder(f"there is no order {number[:40]!r}")
        return Held(fold(facts), facts)

    # ── opening ─────────────────────────────────────────────────────────────

    async def known(self, call: str, *, line: str | None = None) -> Known:
        """What the records know of a call. `line`: whose it is, where no record says so yet."""
        return await known_of(self.store, call, self._quiet(), self._closed(), line=line)

    async def open(self, form: Open, actor: Actor, *, another: bool = False) -> Order:
        """A new order that `actor` accepts. With `form.call` that call's record fills in what is not said.

        Raises Unfit; IllegalMove when the call has an order already and `another` is not wanted.
        """
        known = await self.known(form.call) if form.call else Known()
        if form.call and not known.there:
            raise Unfit(f"`call`: nothing is known of a call {form.call!r}")
        self._fits(form.category, form.kind or known.body.get("kind"))
        unit = await self.units.unit(form.hand_on.unit) if form.hand_on is not None else None
        if form.hand_on is not None:
            await self._meant(form.against, form.hand_on.complained_of)
        if unit is not None and form.hand_on is not None:
            await self._kept_apart(form.against, unit, form.hand_on.complained_of)
        async with self.store.writing() as connection:
            order = await self.write(connection, form, known, actor, None, first=not another, unit=unit)
            if form.call and form.settle is None and self._link is not None:
                await self._link(connection, form.call, order.number, who=actor.who, at=self.now())
        self.tell()
        return order

    async def write(
        self,
        connection: AsyncConnection,
        form: Open,
        known: Known,
        actor: Actor,
        arrival: Arrival | None,
        *,
        first: bool = False,
        unit: Unit | None = None,
    ) -> Order:
        """A new order in somebody's transaction. `first`: it is to be its call's only one; `unit`: to whom it goes.

        Raises Unfit, IllegalMove (the call has one), and Changed for what came in before.
        """
        rules, calendar, now = self.rules(), self.calendar(), self.now()
        said = form.model_dump(mode="json", exclude_unset=True)
        body = {**known.body, **{name: said[name] for name in BODY if said.get(name) is not None}}
        if known.confidential:
            body["line"] = known.body["line"]
        if not body.get("content"):
            raise Unfit("`content`: say what it is about")
        test = form.test or known.test
        number = await next_number(connection, TESTS if test else SERIES, now)
        number = f"T{number}" if test else number
        if first and form.call:  # who draws a number waits for who drew the one before: two at once see each other here
            await _first(connection, form.call)
        urgency = form.urgency
        runs = promise = rules.to_hand_on(now, urgency, calendar)
        if arrival is not None:
            runs = arrival.runs
            promise = rules.to_hand_on(runs.since, urgency, calendar)
            await file(connection, Filing(arrival.mark, arrival.nth, now, actor.who, "became", {"order": number}))
        data = {
            "number": number,
            "source": str(form.source),
            "body": body,
            "call": form.call,
            "caller": known.caller,
            "recording": form.recording,
            "outside_number": form.outside_number,
            "acceptance": str(arrival.acceptance) if arrival else str(form.acceptance or Acceptance.OTHER),
            "test": test,
            "hand_on_by": promise.until.isoformat(),
            "runs": runs.to_data(),
        }
        facts = [Filing(paper_of(number), 1, now, actor.who, OPENED, _said(data))]
        order = apply(None, facts[0])
        if form.settle is not None:
            order, fact = self._deed(order, Move.SETTLE, form.settle, actor)
            facts.append(fact)
        if form.hand_on is not None:
            order, fact = self._deed(order, Move.HAND_ON, form.hand_on, actor, unit)
            facts.append(fact)
        await file(connection, *facts)
        await connection.execute(orders.insert().values(row_of(order, wake_at(order, rules, calendar))))
        return order

    # ── moving ──────────────────────────────────────────────────────────────

    async def move(
        self, number: str, move: Move, data: Mapping[str, Any], actor: Actor, *, seq: int | None = None
    ) -> Order:
        """Do something with an order. `seq` is the one that the actor looked at.

        Raises NoOrder, Unfit, IllegalMove, and Changed when somebody was faster.
        """
        if move not in FORMS:
            raise IllegalMove(f"{move} is nothing that people do")
        form = read(FORMS[move], data)
        unit = await self.units.unit(form.unit) if isinstance(form, HandOn) else None
        held = await self.find(number)
        if seq is not None and held.order.seq != seq:
            raise Changed(number)
        order, fact = self._deed(held.order, move, form, actor, unit)
        if move is Move.CORRECT and {"category", "kind"} & set(fact.data["changes"]):
            self._fits(order.body.category, order.body.kind)
        if isinstance(form, HandOn | Correct):
            await self._meant(order.body.against, form.complained_of)
        await self._apart(order, move, unit)
        async with self.store.writing() as connection:
            await self._keep(connection, order, fact)
        self.tell()
        return order

    def _fits(self, category: str | None, kind: str | None) -> None:
        """Raises Unfit for a category that there is not, or not for this kind."""
        if category is not None and (wrong := self._codes.wrong(None if kind is None else Kind(kind), category)):
            raise Unfit(f"`category`: {wrong}")

    def _deed(
        self, order: Order, move: Move, form: Any, actor: Actor, unit: Unit | None = None
    ) -> tuple[Order, Filing]:
        now = max(self.now(), order.opened)
        desk = Desk(now, self.rules(), self.calendar(), actor.name)
        kind, data = deed_of(order, move, form, desk, unit)
        fact = Filing(order.paper, order.seq + 1, now, actor.who, str(kind), data)
        return apply(order, fact), fact

    async def _apart(self, order: Order, move: Move, unit: Unit | None) -> None:
        """No unit handles what it is complained of. Raises IllegalMove."""
        if move is Move.HAND_ON and unit is not None:
            await self._kept_apart(order.body.against, unit, order.meant)
        elif move is Move.CORRECT and order.unit is not None and order.running is not None:
            accused = await Accused.of(order.body.against, self.units, order.meant)
            at = await self.units.unit(order.unit)
            with_them = at is not None and any(one.id in accused.units for one in await above(at, self.units))
            if with_them and Move.RETURN in allowed(order.state):
                if accused.unclear:
                    raise Unclear(order.body.against or "", accused.unclear)
                raise IllegalMove("it is with that unit now: take it back first (`return`), then correct it")

    async def _meant(self, against: str | None, said: str | None) -> None:
        """Raises Unfit for a unit said to be complained of where nobody is, or that there is not."""
        if said is None:
            return
        if against is None:
            raise Unfit("`complained_of`: the order complains of nobody (`against`)")
        if said != NONE and await self.units.unit(said) is None:
            raise Unfit(f"`complained_of`: the register has no unit {said!r}: `hotline registers` lists them")

    async def _kept_apart(self, against: str | None, unit: Unit, meant: str | None) -> None:
        """Raises IllegalMove when the unit, or one that it is part of, is complained of, and Unclear when it may be."""
        accused = await Accused.of(against, self.units, meant)
        if accused.unclear:
            raise Unclear(against or "", accused.unclear)
        for one in await above(unit, self.units):
            if one.id in accused.units:
                raise IllegalMove(f"{one.name} is complained of: hand it on to another unit")

    async def keep(self, connection: AsyncConnection, order: Order, fact: Filing) -> Order:
        """File a fact of an order in somebody's transaction. Raises IllegalMove, Changed."""
        order = apply(order, fact)
        await self._keep(connection, order, fact)
        return order

    async def _keep(self, connection: AsyncConnection, order: Order, fact: Filing) -> None:
        await file(connection, fact)
        row = row_of(order, wake_at(order, self.rules(), self.calendar()))
        await connection.execute(orders.update().where(orders.c.number == order.number).values(row))

    def tell(self) -> None:
        """Say that orders were changed: after the transaction."""
        for told_of in self.changed:
            told_of()

    # ── escalating ──────────────────────────────────────────────────────────

    async def next_wake(self, *, but: Collection[str] = ()) -> datetime | None:
        """When the next order must be looked at."""
        query = select(orders.c.number, orders.c.wake_at).where(orders.c.wake_at.is_not(None))
        rows = await self.store.rows(query.order_by(orders.c.wake_at).limit(1 + len(but)))
        return next((row["wake_at"] for row in rows if row["number"] not in but), None)

    async def due(self, limit: int = 100, *, but: Collection[str] = ()) -> list[str]:
        """Orders that must be looked at now."""
        query = select(orders.c.number).where(orders.c.wake_at <= self.now()).order_by(orders.c.wake_at)
        rows = await self.store.rows(query.limit(limit + len(but)))  # a statement takes no list of any length
        return [row["number"] for row in rows if row["number"] not in but][:limit]

    async def escalate(self, number: str, who: str) -> list[Filing]:
        """File each step that is due, once, and see when the next one is. Raises Changed when somebody was faster."""
        held = await self.find(number)
        rules, calendar, now = self.rules(), self.calendar(), self.now()
        order, facts = held.order, list[Filing]()
        accused = await Accused.of(order.body.against, self.units, order.meant)
        for step in owed(order, rules, calendar):
            if step.due > now:
                break
            names = await told(step.step, order.unit, order.accepted_by or order.opened_by, accused, self.units)
            data = {
                "key": step.key,
                "clock": str(step.clock),
                "step": str(step.step.at),
                "due": step.due.isoformat(),
                "deadline": order.running and order.running.until.isoformat(),
                "told": names,
            }
            fact = Filing(order.paper, order.seq + 1, now, who, str(Move.ESCALATE), data)
            order = apply(order, fact)
            facts.append(fact)
        async with self.store.writing() as connection:
            if facts:
                await file(connection, *facts)
            query = select(orders.c.seq).where(orders.c.number == number)
            if (await connection.execute(query)).scalar_one() != held.order.seq:
                raise Changed(number)
            row = row_of(order, wake_at(order, rules, calendar))
            await connection.execute(orders.update().where(orders.c.number == number).values(row))
        return facts

    async def running(self) -> list[str]:
        """Orders of which a clock runs."""
        query = select(orders.c.number).where(orders.c.clock.is_not(None)).order_by(orders.c.number)
        return [row["number"] for row in await self.store.rows(query)]

    async def rewake(self, number: str) -> bool:
        """Look at an order's clock with the rules and the calendar of now; whether it wakes at another time.

        For a start of the hotline, and after the operators changed either.
        """
        order = (await self.find(number)).order
        wake = wake_at(order, self.rules(), self.calendar())
        mine = (orders.c.number == order.number) & (orders.c.seq == order.seq)
        row = await self.store.row(select(orders.c.wake_at).where(mine))
        if row is None or row["wake_at"] == wake:  # whoever changed it meanwhile looked, too
            return False
        return await self.store.do(orders.update().where(mine).values(wake_at=wake)) > 0


async def _first(connection: AsyncConnection, call: str) -> None:
    query = select(orders.c.number).where(orders.c.call == call, orders.c.state != "void")
    found = (await connection.execute(query)).scalars().first()
    if found is not None:
        raise IllegalMove(f"this call has order {found}: open `another` only for another matter")


def _said(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}
