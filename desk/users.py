"""Who may sign in: kept in the database, changed by administrators."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from desk.roles import PERMISSIONS, SEATED, SECOND_FACTOR, Permission, Role
from records.clock import wall_time
from records.store import Store
from records.tables import recovery_codes, sessions, users

NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
LONGEST_SHOWN = 60


class Unfit(ValueError):
    """An account that cannot be so; the text says why."""


@dataclass(frozen=True, slots=True)
class User:
    """One account. `agent` is who they are in the plan; `factor` is sealed."""

    name: str
    shown: str
    role: Role
    agent: str | None
    password: str = field(repr=False)
    must_change: bool
    disabled: bool
    factor: bytes | None = field(repr=False)
    factor_on: bool
    factor_step: int
    made: datetime
    seen: datetime | None

    @property
    def permissions(self) -> frozenset[Permission]:
        return PERMISSIONS[self.role]

    @property
    def needs_factor(self) -> bool:
        """Whether they must show a second factor, or have one set up."""
        return self.factor_on or self.role in SECOND_FACTOR

    def to_json(self) -> dict[str, Any]:
        """What administrators see."""
        return {
            "name": self.name,
            "shown": self.shown,
            "role": self.role,
            "agent": self.agent,
            "disabled": self.disabled,
            "second_factor": self.factor_on,
            "must_change_password": self.must_change,
            "made": wall_time(self.made),
            "seen": self.seen and wall_time(self.seen),
        }


def fit(name: str, shown: str, role: Role, agent: str | None) -> None:
    """Raises Unfit."""
    if not NAME.fullmatch(name):
        raise Unfit(f"{name!r} is no user name: 2 to 32 of a-z, 0-9, dot, hyphen, underscore; a letter first")
    if not shown.strip() or len(shown) > LONGEST_SHOWN or not shown.isprintable():
        raise Unfit(f"the name to be shown has 1 to {LONGEST_SHOWN} printable characters")
    if agent is not None and role not in SEATED:
        raise Unfit(f"a user of the role {role} has no seat: leave the agent out")
    if agent is not None and not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", agent):
        raise Unfit(f"{agent!r} is no agent id")


class Users:
    """The accounts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, name: str) -> User | None:
        row = await self._store.row(select(users).where(users.c.name == name))
        return None if row is None else user_of(row)

    async def all(self) -> Sequence[User]:
        return [user_of(row) for row in await self._store.rows(select(users).order_by(users.c.name))]

    async def add(
        self, name: str, shown: str, role: Role, *, agent: str | None, password: str, must_change: bool, now: datetime
    ) -> None:
        """`password` is its hash. Raises Unfit."""
        fit(name, shown, role, agent)
        values = {
            "name": name,
            "shown": shown,
            "role": role,
            "agent": agent,
            "password": password,
            "must_change": must_change,
            "disabled": False,
            "factor_on": False,
            "factor_step": 0,
            "made": now,
        }
        try:
            await self._store.do(insert(users).values(values))
        except IntegrityError as error:
            raise Unfit(await self._doubled(name, agent)) from error

    async def _doubled(self, name: str, agent: str | None) -> str:
        query = select(users.c.name, users.c.agent).where(or_(users.c.name == name, users.c.agent == agent))
        for row in await self._store.rows(query):
            if row["name"] == name:
                return f"there is a user {name} already"
            return f"the agent {agent} is {row['name']} already: one person to a seat"
        return "another change came first: try again"

    async def set_role(self, name: str, role: Role, agent: str | None) -> None:
        """A new role, and whose seat they have with it. All their sessions end. Raises Unfit."""
        fit(name, name, role, agent)
        change = update(users).where(users.c.name == name).values(role=role, agent=agent)
        await self._apart(name, change, leaves=role is not Role.ADMINISTRATOR, agent=agent)

    async def set_disabled(self, name: str, disabled: bool) -> None:
        """All their sessions end. Raises Unfit."""
        change = update(users).where(users.c.name == name).values(disabled=disabled)
        await self._apart(name, change, leaves=disabled)

    async def set_password(self, name: str, hashed: str, *, must_change: bool, keep: str | None = None) -> None:
        """A new one; all sessions end but `keep` (a hash). Raises Unfit."""
        change = update(users).where(users.c.name == name).values(password=hashed, must_change=must_change)
        await self._apart(name, change, keep=keep)

    async def reset_factor(self, name: str) -> None:
        """They set a new one up when they sign in next; all their sessions end. Raises Unfit."""
        change = update(users).where(users.c.name == name).values(factor=None, factor_on=False, factor_step=0)
        await self._apart(name, change, delete(recovery_codes).where(recovery_codes.c.user == name))

    async def _apart(
        self,
        name: str,
        change: Any,
        *more: Any,
        leaves: bool = False,
        keep: str | None = None,
        agent: str | None = None,
    ) -> None:
        """The change and the end of the sessions, in one; not when the last administrator would leave with it."""
        others = sessions.c.hash != keep if keep is not None else sessions.c.hash.is_not(None)
        try:
            async with self._store.writing() as connection:
                if leaves and await connection.scalar(select(_is_last_administrator(name))):
                    raise Unfit(f"{name} is the only administrator: make another one first")
                result: Any = await connection.execute(change)
                if result.rowcount == 0:
                    raise Unfit(f"there is no user {name}")
                for statement in (*more, delete(sessions).where(sessions.c.user == name, others)):
                    await connection.execute(statement)
        except IntegrityError as error:
            raise Unfit(await self._doubled("", agent)) from error

    # ── what signing in writes ──────────────────────────────────────────────

    async def rehash(self, name: str, old: str, new: str) -> None:
        """The same password, hashed with today's parameters."""
        same = and_(users.c.name == name, users.c.password == old)
        await self._store.do(update(users).where(same).values(password=new))

    async def saw(self, name: str, now: datetime) -> None:
        await self._store.do(update(users).where(users.c.name == name).values(seen=now))

    async def offer_factor(self, name: str, sealed: bytes) -> bool:
        """A second factor that is not in force until `confirm_factor`; False when one is in force."""
        free = and_(users.c.name == name, users.c.factor_on.is_(False))
        return await self._store.do(update(users).where(free).values(factor=sealed, factor_step=0)) == 1

    async def confirm_factor(self, name: str, offered: bytes, sealed: bytes, step: int, codes: Sequence[str]) -> bool:
        """What was `offered` is in force from now on, kept as `sealed`, with the hashes of new recovery codes.

        False when another one was offered since.
        """
        same = and_(users.c.name == name, users.c.factor == offered, users.c.factor_on.is_(False))
        change = update(users).where(same).values(factor=sealed, factor_on=True, factor_step=step)
        async with self._store.writing() as connection:
            result: Any = await connection.execute(change)
            if result.rowcount != 1:
                return False
            await connection.execute(delete(recovery_codes).where(recovery_codes.c.user == name))
            await connection.execute(insert(recovery_codes), [{"user": name, "hash": code} for code in codes])
        return True

    async def use_step(self, name: str, step: int) -> bool:
        """Use up the code of a time step, and all before it; False when that was done already."""
        unused = and_(users.c.name == name, users.c.factor_step < step)
        return await self._store.do(update(users).where(unused).values(factor_step=step)) == 1

    async def use_code(self, name: str, code: str) -> int | None:
        """Use up a recovery code (its hash): how many are left; None when it is none of theirs."""
        this = and_(recovery_codes.c.user == name, recovery_codes.c.hash == code)
        if await self._store.do(delete(recovery_codes).where(this)) != 1:
            return None
        left = select(func.count().label("left")).where(recovery_codes.c.user == name)
        row = await self._store.row(left)
        return 0 if row is None else int(row["left"])


def _is_last_administrator(name: str) -> Any:
    active = and_(users.c.role == Role.ADMINISTRATOR, users.c.disabled.is_(False))
    one = select(func.count()).where(active, users.c.name == name).scalar_subquery()
    others = select(func.count()).where(active, users.c.name != name).scalar_subquery()
    return and_(one == 1, others == 0)


def user_of(row: Mapping[str, Any] | RowMapping) -> User:
    """A row of `users`."""
    return User(
        row["name"],
        row["shown"],
        Role(row["role"]),
        row["agent"],
        row["password"],
        row["must_change"],
        row["disabled"],
        row["factor"],
        row["factor_on"],
        row["factor_step"],
        row["made"],
        row["seen"],
    )
