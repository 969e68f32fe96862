"""The registers (登记表) through the API: read by everybody who may, changed in versions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from aiohttp import web

from desk.asked import choice, instant, number, only, reason, told
from desk.asker import ASKER
from desk.ledger import Ledger
from desk.printed import Printing
from desk.refusal import Refusal, Refusals, bad, refusing
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, TIME, listing, things, written
from paperwork.filing import Changed
from paperwork.printing.form import Form
from paperwork.printing.forms.register import agents_report, line_form
from paperwork.printing.render import Format
from paperwork.registers.changes import changes
from paperwork.registers.entries import LABELS, Register
from paperwork.registers.files import Unread, from_csv, from_yaml, to_csv, to_yaml
from paperwork.registers.gaps import gaps_now
from paperwork.registers.registers import NoEntry, Registers, Version
from paperwork.registers.sheet import AgentsSheet, LineSheet, sheets
from paperwork.registers.unfit import Unfit, entry_of
from paperwork.reports.report import Report
from records.audit import Act
from records.store import Store
from routing.calendar import SHANGHAI
from routing.plan import Plan

_REGISTERS = [register.value for register in Register]
_ENTRY: dict[str, Any] = {"type": "object"}
_VERSION = things(
    register={"enum": _REGISTERS},
    id=TEXT,
    version=COUNT,
    at=TIME,
    who=TEXT,
    reason=MAYBE_TEXT,
    retired=FLAG,
    entry=_ENTRY,
)
_CHANGE = things(register={"enum": _REGISTERS}, id=TEXT, name=TEXT, kind=TEXT, kind_label=TEXT, fields=listing(_ENTRY))
_GAP = things(register={"enum": _REGISTERS}, id=TEXT, kind=TEXT, kind_label=TEXT, name=TEXT, what=TEXT)
_EXPECTED = {"type": ["integer", "null"], "minimum": 0, "description": "The version that was looked at; 0: none."}
_AT = {"type": "string", "description": "As it stood at this time; now without one."}


class RegistersApi:
    """`/api/v1/registers`."""

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        plan: Callable[[], Plan] | None,
        now: Callable[[], datetime],
        printing: Printing,
    ) -> None:
        self._registers, self._ledger = Registers(store), ledger
        self._plan, self._now, self._printing = plan, now, printing

    def routes(self) -> list[Route]:
        look, manage = one_of(Permission.REGISTERS_READ), one_of(Permission.REGISTERS)
        every = "/api/v1/registers"
        one = every + "/{register}/{id}"
        entry = {"anyOf": [written(register.model) for register in Register]}
        return [
            Route(
                "GET",
                every,
                look,
                self._on_all,
                "Which registers there are, their fields with the labels of the forms, and how an entry is written.",
                answer=things(
                    registers=listing(things(register=TEXT, label=TEXT, entries=COUNT, fields=listing(_ENTRY)))
                ),
            ),
            Route(
                "GET",
                every + "/changes",
                look,
                self._on_changes,
                "What changed in all registers from one day until before another: the report of changes.",
                query={
                    "from": {"type": "string", "format": "date", "description": "The first day."},
                    "to": {"type": "string", "format": "date", "description": "The day after the last one."},
                },
                required=("from", "to"),
                answer=things(changes=listing(_CHANGE)),
            ),
            Route(
                "GET",
                every + "/gaps",
                look,
                self._on_gaps,
                "Where the registers and the plan do not say the same, and which liaisons are missing.",
                answer=things(gaps=listing(_GAP)),
                refuses=(409,),
            ),
            Route(
                "GET",
                every + "/export",
                look,
                self._on_export,
                "The entries that stand as a file: YAML of all registers, or CSV of one.",
                query={
                    "format": {"enum": ["yaml", "csv"], "description": "YAML without it."},
                    "register": {"enum": _REGISTERS, "description": "Only this one; CSV wants it."},
                    "at": _AT,
                },
                answer=TEXT,
                media="text/plain",
            ),
            Route(
                "POST",
                every + "/import",
                manage,
                self._on_import,
                "Take a file in, all of it or nothing; each bad row is told in `problems`. Others stay.",
                body={
                    "text": TEXT,
                    "format": {"enum": ["yaml", "csv"]},
                    "register": {"enum": _REGISTERS, "description": "Of a CSV file."},
                    "reason": TEXT,
                    "dry_run": FLAG,
                },
                required=("text", "format", "reason"),
                answer=things(new=COUNT, same=COUNT, problems=listing(TEXT)),
                refuses=(409,),
            ),
            Route(
                "GET",
                every + "/{register}",
                look,
                self._on_list,
                "The entries of a register as they stand, or stood.",
                query={"at": _AT, "retired": {"enum": ["0", "1"], "description": "1: the retired ones too."}},
                answer=things(entries=listing(_VERSION)),
            ),
            Route("GET", one, look, self._on_show, "One entry.", query={"at": _AT}, answer=_VERSION),
            Route(
                "GET",
                one + "/history",
                look,
                self._on_history,
                "Every version of an entry, oldest first.",
                answer=things(versions=listing(_VERSION)),
            ),
            Route(
                "PUT",
                one,
                manage,
                self._on_set,
                "Write an entry whole, as a new version; the one that stands when it says the same.",
                body={"entry": entry, "reason": TEXT, "expected": _EXPECTED},
                required=("entry",),
                answer=_VERSION,
                refuses=(409,),
            ),
            Route(
                "POST",
                one + "/retire",
                manage,
                self._on_retire,
                "Take an entry out of use. It stays in the history and may be written again.",
                body={"reason": TEXT, "expected": _EXPECTED},
                required=("reason",),
                answer=_VERSION,
                refuses=(409,),
            ),
            *self._printing.routes(
                every + "/line/{id}/sheet",
                look,
                self._sheet,
                "附件4, the form of a line (热线登记表).",
                query={"at": _AT},
            ),
            *self._printing.routes(
                every + "/line/{id}/agents",
                look,
                self._agents,
                "附件5, the agents of a line (座席员登记表).",
                query={"at": _AT},
                formats=tuple(Format),
            ),
        ]

    # ── looking ─────────────────────────────────────────────────────────────

    async def _on_all(self, _request: web.Request) -> web.Response:
        found = []
        for register in Register:
            standing = await self._registers.standing(register)
            fields = [{"field": name, "label": label} for name, label in LABELS[register].items()]
            head = {"register": register.value, "label": register.label, "entries": len(standing)}
            found.append({**head, "fields": fields, "schema": written(register.model)})
        return web.json_response({"registers": found})

    async def _on_list(self, request: web.Request) -> web.Response:
        retired = choice(request.query, "retired", ("0", "1"), "0") == "1"
        at = instant(request.query, "at")
        found = await self._registers.standing(_register(request), at, retired=retired)
        return web.json_response({"entries": [one.to_json() for one in found]})

    async def _on_show(self, request: web.Request) -> web.Response:
        found = await self._registers.find(_register(request), _id(request), instant(request.query, "at"))
        if found is None:
            raise _none()
        return web.json_response(found.to_json())

    async def _on_history(self, request: web.Request) -> web.Response:
        found = await self._registers.versions(_register(request), id=_id(request))
        if not found:
            raise _none()
        return web.json_response({"versions": [one.to_json() for one in found]})

    async def _on_changes(self, request: web.Request) -> web.Response:
        since, until = (_day(request.query, name) for name in ("from", "to"))
        if until <= since:
            raise bad("`to` is the day after the last one: it lies behind `from`")
        found = changes(await self._registers.versions(until=until), since, until)
        return web.json_response({"changes": [change.to_json() for change in found]})

    async def _on_gaps(self, _request: web.Request) -> web.Response:
        if self._plan is None:
            raise Refusal(409, "no_plan", "no plan is live")
        return web.json_response({"gaps": [gap.to_json() for gap in await gaps_now(self._registers, self._plan())]})

    async def _on_export(self, request: web.Request) -> web.Response:
        form = choice(request.query, "format", ("yaml", "csv"), "yaml")
        one = choice(request.query, "register", _REGISTERS) if "register" in request.query or form == "csv" else None
        at = instant(request.query, "at")
        standing: list[Version] = []
        for register in Register:
            if one in (None, register.value):
                standing += await self._registers.standing(register, at)
        text = to_yaml(standing) if one is None or form == "yaml" else to_csv(Register(one), standing)
        name = f"registers.{form}" if one is None else f"{one}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(text=text, content_type="text/plain", headers=headers)

    async def _sheet(self, request: web.Request) -> Form:
        return line_form((await self._sheets(request))[0], self._printing.hotline(), self._printing.now())

    async def _agents(self, request: web.Request) -> Report:
        return agents_report((await self._sheets(request))[1], self._printing.hotline(), self._printing.now())

    async def _sheets(self, request: web.Request) -> tuple[LineSheet, AgentsSheet]:
        at = instant(request.query, "at") or self._now()
        found = await sheets(self._registers, at, _id(request))
        if not found:
            raise _none()
        return found[0]

    # ── changing ────────────────────────────────────────────────────────────

    async def _on_set(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "entry", "reason", "expected")
        register, name = _register(request), _id(request)
        data = asked.get("entry")
        if not isinstance(data, Mapping):
            raise bad("`entry` is an object with the fields of the register")
        why = reason(asked) if asked.get("reason") is not None else None
        who, at = request[ASKER].who, self._now()
        with refusing(_REFUSALS):
            entry = entry_of(register, data)
            new = await self._registers.set(
                register, name, entry, who=who, at=at, reason=why, expected=_expected(asked)
            )
        await self._written(request, new, "set", why)
        return web.json_response(new.to_json())

    async def _on_retire(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "reason", "expected")
        register, name, why = _register(request), _id(request), reason(asked)
        with refusing(_REFUSALS):
            gone = await self._registers.retire(
                register, name, who=request[ASKER].who, at=self._now(), reason=why, expected=_expected(asked)
            )
        await self._written(request, gone, "retired", why)
        return web.json_response(gone.to_json())

    async def _on_import(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "text", "format", "register", "reason", "dry_run")
        words, form = asked.get("text"), asked.get("format")
        if not isinstance(words, str) or form not in ("yaml", "csv"):
            raise bad("`text` is the file, `format` yaml or csv")
        if form == "csv" and asked.get("register") not in _REGISTERS:
            raise bad(f"`register` of a CSV file is one of {', '.join(_REGISTERS)}")
        why, dry = reason(asked), asked.get("dry_run", False)
        if not isinstance(dry, bool):
            raise bad("`dry_run` is true or false")
        try:
            wishes = await asyncio.to_thread(
                lambda: (
                    from_yaml("registers.yaml", words)
                    if form == "yaml"
                    else from_csv("registers.csv", words, Register(asked["register"]))
                )
            )
        except Unread as error:
            return web.json_response({"new": 0, "same": 0, "problems": list(error.problems)})
        if dry:
            return web.json_response({"new": len(wishes), "same": 0, "problems": []})
        with refusing(_REFUSALS):
            taken = await self._registers.take(wishes, who=request[ASKER].who, at=self._now(), reason=why)
        new = sum(fresh for _, fresh in taken)
        await self._ledger.write(
            request[ASKER].who, Act.REGISTER_CHANGED, about="registers", reason=why, change="import", entries=new
        )
        return web.json_response({"new": new, "same": len(taken) - new, "problems": []})

    async def _written(self, request: web.Request, version: Version, change: str, why: str | None) -> None:
        about = f"{version.register}:{version.id}"
        await self._ledger.write(
            request[ASKER].who, Act.REGISTER_CHANGED, about=about, reason=why, change=change, version=version.version
        )


def _register(request: web.Request) -> Register:
    try:
        return Register(request.match_info["register"])
    except ValueError:
        raise Refusal(404, "not_found", f"there is no such register; there is {', '.join(Register)}") from None


def _id(request: web.Request) -> str:
    name = request.match_info["id"]
    if len(name) > 40 or not name.isprintable():
        raise _none()
    return name


def _day(query: Mapping[str, str], name: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(query.get(name, "")), time(), SHANGHAI).astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad(f"`{name}` is a day; write it like 2026-10-01") from None


def _expected(asked: Mapping[str, Any]) -> int | None:
    return None if asked.get("expected") is None else number(asked, "expected")


def _none() -> Refusal:
    return Refusal(404, "not_found", "there is no such entry")


_REFUSALS: Refusals = {
    Unfit: lambda error: bad(str(error)),
    NoEntry: lambda _: _none(),
    Changed: lambda _: Refusal(409, "changed", "somebody else changed this meanwhile: look again"),
}
