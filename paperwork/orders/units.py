"""The port to the register of units: who may be handed an order, and whom one reaches there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from paperwork.orders.words import Told
from paperwork.registers.units import Unit as Registered
from paperwork.registers.units import Units as Register
from paperwork.registers.units import bare
from records.store import Store


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit. `people`: whom one reaches there, by what they are."""

    id: str
    name: str
    people: tuple[tuple[Told, str], ...] = ()
    also: tuple[str, ...] = ()
    """Other names that callers have for it."""
    parent: str | None = None
    retired: bool = False

    def is_called(self, name: str) -> bool:
        """Whether who writes this means it."""
        return bare(name) in {bare(one) for one in (self.id, self.name, *self.also)}

    def person(self, told: Told) -> str | None:
        return next((name for who, name in self.people if who is told), None)

    @property
    def liaison(self) -> str | None:
        """A, or else B."""
        return self.person(Told.LIAISON_A) or self.person(Told.LIAISON_B)


class Units(Protocol):
    """Whoever keeps the register."""

    async def unit(self, id: str) -> Unit | None:
        """The unit with this id, a retired one too."""
        ...

    async def named(self, name: str) -> Collection[Unit]:
        """The units that are meant by an id or a name."""
        ...

    async def standing(self) -> Collection[Unit]:
        """All that are not retired."""
        ...


class RegisteredUnits:
    """`paperwork.registers` as that port. Raises what the Store raises."""

    def __init__(self, store: Store) -> None:
        self._register = Register(store)

    async def unit(self, id: str) -> Unit | None:
        found = await self._register.unit(id)
        return None if found is None else _unit(found)

    async def named(self, name: str) -> list[Unit]:
        return [unit for unit in await self.standing() if unit.is_called(name)]

    async def standing(self) -> list[Unit]:
        return [_unit(one) for one in await self._register.all()]


def _unit(one: Registered) -> Unit:
    entry = one.entry
    people = (
        (Told.LIAISON_A, entry.liaison_a and entry.liaison_a.name),
        (Told.LIAISON_B, entry.liaison_b and entry.liaison_b.name),
        (Told.UNIT_LEADER, entry.responsible_leader),
    )
    reached = tuple((told, name) for told, name in people if name)
    return Unit(one.id, one.name, reached, entry.also, one.parent, one.retired)
