"""Signing in, step by step: password, second factor (or setting one up), a new password where one is due.

Unknown names, locked and disabled users go the same way as known ones and hear the same words. Whoever was in from a
browser before has a mark of it there (a device cookie) and is counted by themselves: strangers who fail on purpose
cannot keep them out.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desk.factor import (
    Enrolment,
    Sealer,
    Unsealable,
    code_hash,
    enrolment,
    new_secret,
    recovery_codes,
    step_of,
)
from desk.ledger import Ledger
from desk.lockout import Lockout
from desk.passwords import Passwords, TooMany, Weak, hold
from desk.rates import Rates, neighbourhood
from desk.refusal import Refusal, busy, wait
from desk.sessions import Session, Sessions, Stage
from desk.users import NAME, User, Users
from records.audit import Act

KNOWN_FOR = timedelta(days=180)
"""So long a browser is known that was in once."""
STRANGERS_FREE = 50
"""Failures of all strangers together that cost a user's other strangers nothing."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who knocks: address, browser, and the mark that their browser has."""

    address: str
    browser: str
    device: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Entered:
    """A session at its next stage. `secret` is for the cookie, `device` for the other one, where there is a new one."""

    secret: str = field(repr=False)
    stage: Stage
    user: User
    device: str | None = field(default=None, repr=False)


def stage_after_password(user: User) -> Stage:
    """What is still to be done by whom showed the right password."""
    if user.factor_on:
        return Stage.FACTOR
    return Stage.ENROL if user.needs_factor else stage_after_factor(user)


def stage_after_factor(user: User) -> Stage:
    return Stage.PASSWORD if user.must_change else Stage.IN


def _pending(session: Session) -> str:
    return f"{session.user}/{session.hash}"


class SigningIn:
    """Lets people in. All its steps raise Refusal."""

    def __init__(
        self,
        users: Users,
        sessions: Sessions,
        passwords: Passwords,
        sealer: Sealer,
        ledger: Ledger,
        *,
        hotline: Callable[[], str],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        """`hotline` is its name, as an app for codes lists it."""
        self._users, self._sessions, self._passwords = users, sessions, passwords
        self._sealer, self._ledger, self._hotline = sealer, ledger, hotline
        self._now, self._monotonic = now, monotonic
        self._failing = Rates(burst=30, per_second=10 / 60)
        self._known, self._unknown = Lockout(), Lockout()
        self._inner = Lockout()
        """Codes and old passwords by user: floods of addresses must not make it forget."""
        self._strangers, self._unknown_strangers = Lockout(free=STRANGERS_FREE), Lockout(free=STRANGERS_FREE)

    # ── the password ────────────────────────────────────────────────────────

    async def password(self, name: str, password: str, visitor: Visitor) -> Entered:
        """The first step."""
        now, place = self._monotonic(), neighbourhood(visitor.address)
        if seconds := self._failing.take(place, now):
            raise wait(seconds)
        user = await self._users.find(name) if NAME.fullmatch(name) else None
        near, far = (self._known, self._strangers) if user else (self._unknown, self._unknown_strangers)
        device = self._device(visitor.device, name)
        key: Hashable = ("device", name[:64], device) if device else ("address", name[:64], place)
        tallies = [(near, key)] if device else [(near, key), (far, name[:64])]
        if seconds := max(tally.wait(one, now) for tally, one in tallies):
            self._refused(user, visitor, "locked")
            raise wait(seconds, "locked", "too many failures: wait a moment before you try again")
        for tally, one in tallies:
            tally.charge(one, now)
        known = None if user is None or user.disabled else user.password
        try:
            right, rehashed = await self._passwords.match(password, known)
        except TooMany:
            for tally, one in tallies:  # nothing was tried
                tally.take_back(one)
            raise busy() from None
        if user is None or not right:
            self._refused(user, visitor, "disabled" if user is not None and user.disabled else "wrong")
            raise Refusal(401, "wrong", "the name or the password is not right")
        self._failing.give_back(place)
        near.passed(key)
        for tally, one in tallies[1:]:
            tally.take_back(one)
        if rehashed is not None:
            await self._users.rehash(user.name, user.password, rehashed)
        return await self._enter(user, stage_after_password(user), visitor, new_device=device is None)

    async def _enter(self, user: User, stage: Stage, visitor: Visitor, *, new_device: bool) -> Entered:
        if stage is Stage.IN:
            await self._welcome(user, visitor)
        secret = await self._sessions.begin(
            user.name, stage, address=visitor.address, browser=visitor.browser, now=self._now()
        )
        return Entered(secret, stage, user, self._mark(user.name) if stage is Stage.IN and new_device else None)

    async def _go_on(self, session: Session, user: User, stage: Stage, visitor: Visitor) -> Entered:
        if stage is Stage.IN and session.stage is not Stage.IN:
            await self._welcome(user, visitor)
        secret = await self._sessions.go_on(session, stage, self._now())
        known = self._device(visitor.device, user.name) is not None
        return Entered(secret, stage, user, self._mark(user.name) if stage is Stage.IN and not known else None)

    async def _welcome(self, user: User, visitor: Visitor) -> None:
        await self._ledger.write(f"desk:{user.name}", Act.SIGNED_IN, role=user.role, address=visitor.address)
        await self._users.saw(user.name, self._now())

    def _refused(self, user: User | None, visitor: Visitor, why: str) -> None:
        # an unknown name is not written down: it may be a password in the wrong field
        about = None if user is None else user.name
        self._ledger.note(f"address:{visitor.address or '-'}", Act.SIGN_IN_REFUSED, about=about, why=why)

    # ── the second factor ───────────────────────────────────────────────────

    async def factor(self, session: Session, user: User, code: str, visitor: Visitor) -> Entered:
        """A code of the moment, or a recovery code."""
        if session.stage is not Stage.FACTOR or user.factor is None:
            raise Refusal(409, "not_due", "no code is due now")
        await self._try_code(user, visitor, lambda: self._right_code(user, code.strip()))
        return await self._go_on(session, user, stage_after_factor(user), visitor)

    async def _right_code(self, user: User, code: str) -> bool:
        if user.factor is None:
            return False
        bare = code.replace(" ", "")
        step = step_of(self._sealer.open(user.factor, user.name), bare, self._now())
        if step is not None:
            return await self._users.use_step(user.name, step)
        known = code_hash(code)
        left = None if known is None else await self._users.use_code(user.name, known)
        if left is None:
            return False
        await self._ledger.write(f"desk:{user.name}", "recovery_code_used", left=left)
        return True

    async def _try_code(self, user: User, visitor: Visitor, right: Callable[[], Awaitable[bool]]) -> None:
        now, key = self._monotonic(), ("code", user.name)
        if seconds := self._inner.wait(key, now):
            self._refused(user, visitor, "code_locked")
            raise wait(seconds, "locked", "too many failures: wait a moment before you try again")
        self._inner.charge(key, now)
        if not await right():
            self._refused(user, visitor, "code")
            raise Refusal(401, "wrong_code", "the code is not right, or was used already: wait for the next one")
        self._inner.passed(key)

    async def enrol(self, session: Session, user: User) -> Enrolment:
        """What an app for codes needs, shown once. Nothing is in force until `confirm`."""
        if session.stage not in (Stage.ENROL, Stage.IN):
            raise Refusal(409, "not_due", "finish signing in first")
        secret = self._offered(session, user)
        if secret is None:
            secret = new_secret()
            sealed = self._sealer.seal(secret, _pending(session))
            if not await self._users.offer_factor(user.name, sealed):
                raise Refusal(409, "not_due", "there is a second factor already: an administrator can take it away")
        return enrolment(secret, user.name, self._hotline())

    def _offered(self, session: Session, user: User) -> str | None:
        """What this very session was offered; what another one was may be known to somebody else."""
        if user.factor is None or user.factor_on:
            return None
        try:
            return self._sealer.open(user.factor, _pending(session))
        except Unsealable:
            return None

    async def confirm(self, session: Session, user: User, code: str, visitor: Visitor) -> tuple[Entered, list[str]]:
        """The app shows the right codes: in force from now on. The recovery codes, shown once."""
        offered, secret = user.factor, self._offered(session, user)
        if session.stage not in (Stage.ENROL, Stage.IN) or offered is None or secret is None:
            raise Refusal(409, "not_due", "ask for a new second factor first")
        codes = recovery_codes()

        async def right() -> bool:
            step = step_of(secret, code.replace(" ", ""), self._now())
            if step is None:
                return False
            hashes = [known for one in codes if (known := code_hash(one)) is not None]
            sealed = self._sealer.seal(secret, user.name)
            return await self._users.confirm_factor(user.name, offered, sealed, step, hashes)

        await self._try_code(user, visitor, right)
        await self._ledger.write(f"desk:{user.name}", Act.ACCOUNT_CHANGED, about=user.name, change="second_factor_on")
        stage = Stage.IN if session.stage is Stage.IN else stage_after_factor(user)
        return await self._go_on(session, user, stage, visitor), codes

    # ── a new password ──────────────────────────────────────────────────────

    async def change(self, session: Session, user: User, old: str, new: str, visitor: Visitor) -> Entered:
        """A new password of one's own; all other sessions of theirs end."""
        if session.stage not in (Stage.PASSWORD, Stage.IN):
            raise Refusal(409, "not_due", "finish signing in first")
        try:
            text = hold(new, user.name)
        except Weak as error:
            raise Refusal(400, "weak", str(error)) from None
        now, key = self._monotonic(), ("old", user.name)
        if seconds := self._inner.wait(key, now):
            raise wait(seconds, "locked", "too many failures: wait a moment before you try again")
        self._inner.charge(key, now)
        try:
            right, _ = await self._passwords.match(old, user.password)
            if not right:
                self._refused(user, visitor, "old_password")
                raise Refusal(401, "wrong", "the old password is not right")
            if old == new:
                raise Refusal(400, "weak", "take another password than the old one")
            hashed = await self._passwords.hash(text)
        except TooMany:
            raise busy() from None
        self._inner.passed(key)
        await self._ledger.write(f"desk:{user.name}", Act.ACCOUNT_CHANGED, about=user.name, change="password")
        await self._users.set_password(user.name, hashed, must_change=False, keep=session.hash)
        return await self._go_on(session, user, Stage.IN, visitor)

    async def sign_out(self, session: Session) -> None:
        await self._sessions.end(session.hash)
        if session.stage is Stage.IN:
            self._ledger.note(f"desk:{session.user}", Act.SIGNED_OUT)

    # ── browsers that were in before ────────────────────────────────────────

    def _mark(self, user: str) -> str:
        until = int((self._now() + KNOWN_FOR).timestamp())
        text = f"{user}~{secrets.token_hex(8)}~{until}"
        return f"{text}~{self._sealer.sign(text)}"

    def _device(self, mark: str | None, user: str) -> str | None:
        """Which of this user's browsers it is; None for a stranger."""
        parts = (mark or "").split("~")
        if len(parts) != 4 or parts[0] != user or not mark or not mark.isascii():
            return None
        if not secrets.compare_digest(self._sealer.sign("~".join(parts[:3])), parts[3]):
            return None
        return parts[1] if int(parts[2]) > self._now().timestamp() else None
