"""The registers as they are kept: every change a new version with who, when and why; asked for as of any instant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from paperwork.filing import Changed
from paperwork.registers.entries import Entry, Register, data_of, ordered
from paperwork.registers.fields import ID
from paperwork.registers.unfit import Unfit, entry_of
from records.clock import wall_time
from records.paper_tables import registers as table
from records.store import Store


class NoEntry(LookupError):
    """There is no such entry, or none that stands."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one entry. `who` is as in the audit log; the first version is 1."""

    register: Register
    id: str
    version: int
    at: datetime
    who: str
    reason: str | None
    data: Mapping[str, Any]
    retired: bool

    @property
    def entry(self) -> Entry:
        """What stands in it. Raises Unfit for one that a newer program wrote."""
        return entry_of(self.register, self.data)

    def to_json(self) -> dict[str, Any]:
        return {
            "register": self.register.value,
            "id": self.id,
            "version": self.version,
            "at": wall_time(self.at),
            "who": self.who,
            "reason": self.reason,
            "retired": self.retired,
            "entry": dict(self.data),
        }


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to stand under an id; no entry: that it is retired."""

    register: Register
    id: str
    entry: Entry | None


class Registers:
    """All four registers in one database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def standing(
        self, register: Register, at: datetime | None = None, *, retired: bool = False
    ) -> Sequence[Version]:
        """The entries as they stood at an instant (now without one), by id; the retired ones too when asked for."""
        latest: dict[str, Version] = {}
        for one in await self.versions(register, until=at):
            latest[one.id] = one
        return [one for _, one in sorted(latest.items()) if retired or not one.retired]

    async def find(self, register: Register, id: str, at: datetime | None = None) -> Version | None:
        """One entry as it stood, retired or not."""
        query = select(table).where(table.c.register == register.value, table.c.id == id)
        if at is not None:
            query = query.where(table.c.at <= at)
        row = await self._store.row(query.order_by(table.c.version.desc()))
        return None if row is None else _version(row)

    async def versions(
        self, register: Register | None = None, *, id: str | None = None, until: datetime | None = None
    ) -> list[Version]:
        """Every version up to an instant (included), each entry's in their order."""
        query = select(table)
        if register is not None:
            query = query.where(table.c.register == register.value)
        if id is not None:
            query = query.where(table.c.id == id)
        if until is not None:
            query = query.where(table.c.at <= until)
        query = query.order_by(table.c.register, table.c.id, table.c.version)
        return [_version(row) for row in await self._store.rows(query)]

    async def set(
        self,
        register: Register,
        id: str,
        entry: Entry,
        *,
        who: str,
        at: datetime,
        reason: str | None = None,
        expected: int | None = None,
    ) -> Version:
        """Write a new version; the one that stands when it says the same already.

        `expected` is the version that the writer looked at (0: none). Raises Unfit for a bad id, Changed when another
        version stands meanwhile.
        """
        async with self._store.writing() as connection:
            return (await _write(connection, Wish(register, id, entry), who, at, reason, expected))[0]

    async def retire(
        self, register: Register, id: str, *, who: str, at: datetime, reason: str, expected: int | None = None
    ) -> Version:
        """Take an entry out of use; it stays in the history, and may be set again. Raises NoEntry, Changed."""
        async with self._store.writing() as connection:
            return (await _write(connection, Wish(register, id, None), who, at, reason, expected))[0]

    async def take(
        self, wishes: Iterable[Wish], *, who: str, at: datetime, reason: str | None
    ) -> list[tuple[Version, bool]]:
        """All of them or none; each entry's version and whether it is new. Raises Unfit, NoEntry, Changed."""
        async with self._store.writing() as connection:
            return [await _write(connection, wish, who, at, reason, None) for wish in wishes]


async def _write(
    connection: AsyncConnection, wish: Wish, who: str, at: datetime, reason: str | None, expected: int | None
) -> tuple[Version, bool]:
    """The version that stands then, and whether it is a new one."""
    if not re.fullmatch(ID, wish.id):
        raise Unfit((f"id: {wish.id[:60]!r} is no id: small letters, digits and hyphens, a letter first, at most 40",))
    query = select(table).where(table.c.register == wish.register.value, table.c.id == wish.id)
    row = (await connection.execute(query.order_by(table.c.version.desc()).limit(1))).mappings().first()
    stands = None if row is None else _version(row)
    number = 0 if stands is None else stands.version
    if expected is not None and expected != number:
        raise Changed(f"{wish.register}:{wish.id}")
    if wish.entry is None and (stands is None or stands.retired):
        raise NoEntry(f"there is no {wish.register} {wish.id} that could be retired")
    data = dict(stands.data) if wish.entry is None and stands is not None else data_of(_given(wish))
    if stands is not None and wish.entry is not None and not stands.retired and dict(stands.data) == data:
        return stands, False
    if stands is not None:
        at = max(at, stands.at)  # a clock that was set back must not reorder what stands
    new = Version(wish.register, wish.id, number + 1, at, who, reason, data, wish.entry is None)
    try:
        await connection.execute(insert(table), [_row(new)])
    except IntegrityError as error:
        raise Changed(f"{wish.register}:{wish.id}") from error
    return new, True


def _given(wish: Wish) -> Entry:
    if wish.entry is None:
        raise NoEntry(wish.id)
    return wish.entry


def _row(version: Version) -> dict[str, Any]:
    return {
        "register": version.register.value,
        "id": version.id,
        "version": version.version,
        "at": version.at,
        "who": version.who,
        "reason": version.reason,
        "data": dict(version.data),
        "retired": version.retired,
    }


def _version(row: RowMapping) -> Version:
    register = Register(row["register"])
    return Version(
        register,
        row["id"],
        row["version"],
        row["at"],
        row["who"],
        row["reason"],
        ordered(register, row["data"]),
        row["retired"],
    )
