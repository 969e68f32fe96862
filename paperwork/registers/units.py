"""The receiving units as work orders ask for them: who they are, and whom there one reaches."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from paperwork.registers.entries import Person, Register, UnitEntry
from paperwork.registers.registers import Registers, Version
from records.store import Store


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit (承办部门) as it stood when it was asked for. `liaisons` are A, then B."""

    id: str
    version: int
    entry: UnitEntry
    retired: bool

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def liaisons(self) -> tuple[Person, ...]:
        return self.entry.liaisons

    @property
    def parent(self) -> str | None:
        return self.entry.parent

    def is_called(self, name: str) -> bool:
        """Whether a caller who names this means the unit; for who may not handle a complaint."""
        wanted = bare(name)
        return bool(wanted) and wanted in {bare(self.id), bare(self.entry.name), *map(bare, self.entry.also)}


def bare(name: str) -> str:
    """A name as people mean it: of any width, with or without spaces, in any case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


class Units:
    """The register of units, to look things up in. Raises what the Store raises."""

    def __init__(self, store: Store) -> None:
        self._registers = Registers(store)

    async def unit(self, id: str, at: datetime | None = None) -> Unit | None:
        """The unit as it stood at an instant (now without one), a retired one too; None when there was none."""
        found = await self._registers.find(Register.UNIT, id, at)
        return None if found is None else _unit(found)

    async def liaisons(self, id: str, at: datetime | None = None) -> tuple[Person, ...]:
        """A, then B; none of a unit that is not there."""
        found = await self.unit(id, at)
        return () if found is None else found.liaisons

    async def all(self, at: datetime | None = None) -> Sequence[Unit]:
        """Those that are not retired, by id."""
        return [_unit(one) for one in await self._registers.standing(Register.UNIT, at)]

    async def named(self, name: str, at: datetime | None = None) -> Sequence[Unit]:
        """Those whom this name may mean."""
        return [one for one in await self.all(at) if one.is_called(name)]


def _unit(version: Version) -> Unit:
    entry = version.entry
    if not isinstance(entry, UnitEntry):
        raise TypeError(f"{version.id} is no unit")
    return Unit(version.id, version.version, entry, version.retired)
