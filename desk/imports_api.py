"""Calls of the time before this hotline through the API: a file is taken in whole or not at all, and taken back whole.

The file comes as it lies on somebody's disk, and is read in the press's process: 300,000 rows are seconds of work.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from desk.asked import choice, only, reason, told
from desk.asker import ASKER
from desk.ledger import Ledger
from desk.printed import Printing
from desk.refusal import Refusal, Refusals, bad, refusing
from desk.reports_api import Live
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, either, listing, things
from paperwork.past.bringing import Bringing
from paperwork.past.imports import NoImport, TakenBack, imported, retract, standing
from paperwork.reports.telling import Data
from records.store import Store

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of a file: about 500,000 rows; a larger one goes through the command, or in parts."""
_IMPORT = things(
    id=TEXT,
    name=TEXT,
    at=TEXT,
    who=TEXT,
    rows=COUNT,
    calls=COUNT,
    sha256=TEXT,
    retracted=either(TEXT),
    retracted_by=MAYBE_TEXT,
    reason=MAYBE_TEXT,
)
_LOOKED: dict[str, Any] = {
    "type": "object",
    "required": ["imported"],
    "properties": {
        "imported": FLAG,
        "rows": COUNT,
        "calls": COUNT,
        "first": MAYBE_TEXT,
        "last": MAYBE_TEXT,
        "sha256": TEXT,
        "id": {**TEXT, "description": "Of what was taken in."},
        "bad": {
            **listing(things(line=COUNT, reason=TEXT)),
            "description": "Rows that cannot be taken in; nothing was.",
        },
        "more": {**COUNT, "description": "So many more of them."},
    },
}


class ImportsApi:
    """`/api/v1/records/imports`."""

    def __init__(self, live: Live, store: Store, ledger: Ledger, press: Printing, now: Callable[[], datetime]) -> None:
        self._live, self._store, self._ledger, self._press, self._now = live, store, ledger, press, now

    def routes(self) -> list[Route]:
        every, bring = "/api/v1/records/imports", one_of(Permission.RECORDS_IMPORT)
        return [
            Route(
                "GET",
                every,
                one_of(Permission.CALLS),
                self._on_all,
                "The files of past calls that were taken in, newest last.",
                answer=things(imports=listing(_IMPORT)),
            ),
            Route(
                "POST",
                every,
                bring,
                self._on_file,
                "Take in a CSV file of past calls (docs/categories.md), all of it or nothing. The same file twice is"
                " `same_file`; what is no such file `no_sheet`.",
                query={
                    "name": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 60,
                        "description": "What the file is called.",
                    },
                    "dry_run": {"enum": ["0", "1"], "description": "1: only look whether it could be taken in."},
                },
                required=("name",),
                sends="text/csv",
                largest=LARGEST,
                answer=_LOOKED,
                refuses=(409, 422),
            ),
            Route(
                "POST",
                every + "/{id}/retract",
                bring,
                self._on_retract,
                "Take all rows of an import back; the file may then be taken in again.",
                body={"reason": TEXT},
                required=("reason",),
                answer=_IMPORT,
                refuses=(409,),
            ),
        ]

    async def _on_all(self, _request: web.Request) -> web.Response:
        return web.json_response({"imports": [one.to_json() for one in await imported(self._store)]})

    async def _on_file(self, request: web.Request) -> web.Response:
        if request.content_type != "text/csv":
            raise Refusal(415, "bad_type", "send the file as text/csv")
        name, who = _name(request), request[ASKER].who
        dry_run = choice(request.query, "dry_run", ("0", "1"), "0") == "1"
        content = await request.read()
        async with _laid_down(name, content) as file:
            looked = await self._asked(file)
            if dry_run or "bad" in looked:
                return web.json_response(looked)
            counts = {one: looked[one] for one in ("sha256", "rows", "calls")}
            await self._ledger.write(who, "records_imported", about=name, **counts)
            return web.json_response(await self._asked(file, who))

    async def _asked(self, file: Path, who: str | None = None) -> dict[str, Any]:
        """What is said of the file. Raises Refusal."""
        basis = await asyncio.to_thread(self._live)
        lines = {line.name: name for name, line in basis.plan.lines.items() if line.name}
        wish = Bringing(basis.url, file, basis.trees, lines, self._now(), who)
        said: dict[str, Any] = json.loads(await self._press.made(wish, Data("json")))
        if "no_sheet" in said:
            raise Refusal(422, "no_sheet", said["no_sheet"])
        if "same_file" in said:
            raise Refusal(409, "same_file", said["same_file"])
        return said

    async def _on_retract(self, request: web.Request) -> web.Response:
        asked = await told(request)
        only(asked, "reason")
        one, why, who = request.match_info["id"], reason(asked), request[ASKER].who
        if len(one) > 64 or not one.isprintable():
            raise Refusal(404, "not_found", "there is no such import")
        with refusing(_REFUSALS):
            before = await standing(self._store, one)
            await self._ledger.write(
                who, "records_retracted", about=one, reason=why, rows=before.rows, calls=before.calls
            )
            taken = await retract(self._store, one, who=who, reason=why, at=self._now())
        return web.json_response(taken.to_json())


def _name(request: web.Request) -> str:
    """What the file is called, as files can be. Raises Refusal."""
    name = request.query.get("name", "").strip()
    if not 1 <= len(name) <= 60 or "/" in name or name in (".", "..") or not name.isprintable():
        raise bad("`name` is what the file is called: 1 to 60 characters, no `/`")
    return name


@asynccontextmanager
async def _laid_down(name: str, content: bytes) -> AsyncIterator[Path]:
    """The file on the disk, under its own name, for as long as it is looked at."""
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="hotline-import-"))
    try:
        await asyncio.to_thread((folder / name).write_bytes, content)
        yield folder / name
    finally:
        await asyncio.to_thread(shutil.rmtree, folder)


_REFUSALS: Refusals = {
    TakenBack: lambda error: Refusal(409, "taken_back", str(error)),
    NoImport: lambda _: Refusal(404, "not_found", "there is no such import"),
}
