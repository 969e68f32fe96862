"""A recording opened: its sound, whole or in ranges, and its shape with what happened in it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from aiohttp import web

from desk.asked import choice, text
from desk.asked import reason as why_of
from desk.asker import ASKER
from desk.calls_page import whole_number
from desk.dossier_rows import facts_query
from desk.hearing import Hearing, no_sound
from desk.refusal import Refusal
from desk.roles import Permission
from desk.route import Route, one_of
from desk.schemas import COUNT, FLAG, MAYBE_TEXT, TEXT, TIME, listing, things
from records.audit import Act
from records.marks import MarkKind, marks_of
from records.peaks import NoSound, Peaks, peaks_of, sound_of
from records.recordings import Recording
from records.rows import entries_from
from records.store import Store
from records.vault.vault import Piece

MOST_COLUMNS = 4000
_KEPT = 200
"""Shapes that are remembered, in memory alone: what is deleted leaves nothing on a disk."""
_AT_ONCE = 2
"""Recordings that are read for their shape at a time: an hour of sound takes 60 MB."""
_NUMBER = {"type": "number"}
_SAMPLE = {"type": "integer", "minimum": -32768, "maximum": 32767}
_SIDE = things(side=TEXT, low=listing(_SAMPLE), high=listing(_SAMPLE))
_MARK = things(
    kind={"enum": [kind.value for kind in MarkKind]},
    at={**_NUMBER, "description": "The second of the sound."},
    since=TIME,
    seconds={"type": ["number", "null"], "description": "How long it lasted; what lasts is not in the sound."},
    who=MAYBE_TEXT,
    to=MAYBE_TEXT,
)
_OPENED = {"recording": "its name", "reason": "why"}

Key = tuple[str, int, float, int]


class SoundApi:
    """`/api/v1/recordings/sound`, `peaks`."""

    def __init__(self, store: Store, hearing: Hearing) -> None:
        self._store, self._hearing = store, hearing
        self._shapes: OrderedDict[Key, Peaks] = OrderedDict()
        self._turn = asyncio.Semaphore(_AT_ONCE)

    def routes(self) -> list[Route]:
        hear = one_of(Permission.RECORDINGS)
        return [
            Route(
                "GET",
                "/api/v1/recordings/sound",
                hear,
                self._on_sound,
                "The sound as WAV, whole or a range of it; written down with the reason before anything is sent.",
                query={
                    **_OPENED,
                    "download": {"enum": ["0", "1"], "description": "1: to be kept as a file, which is another deed"},
                },
                required=("recording", "reason"),
                media="audio/wav",
                refuses=(404, 416),
            ),
            Route(
                "GET",
                "/api/v1/recordings/peaks",
                hear,
                self._on_peaks,
                "How far the sound swings in each of many stretches, for each channel, and what happened by its second;"
                " as who listens, with the sound it is one listening.",
                query={**_OPENED, "columns": f"how many stretches, 1 to {MOST_COLUMNS}; 1000 if not given"},
                required=("recording", "reason"),
                answer=things(
                    recording=TEXT,
                    seconds=_NUMBER,
                    rate=COUNT,
                    cut={**FLAG, "description": "The file ends before its head says so: it goes on, or was cut off."},
                    sides=listing(_SIDE),
                    marks=listing(_MARK),
                ),
                refuses=(404,),
            ),
        ]

    async def _on_sound(self, request: web.Request) -> web.Response:
        name, why = text(request.query, "recording", longest=200), why_of(request.query)
        download = choice(request.query, "download", ("0", "1"), "0") == "1"
        deed = Act.RECORDING_EXPORTED if download else Act.RECORDING_HEARD
        await self._hearing.admit(request[ASKER], name, why, deed)
        wanted = _wanted(request)
        answer = _answer(wanted, await self._hearing.piece(name, wanted))
        if download:
            answer.headers["Content-Disposition"] = f'attachment; filename="{name.rpartition("/")[2]}.wav"'
        return answer

    async def _on_peaks(self, request: web.Request) -> web.Response:
        name, why = text(request.query, "recording", longest=200), why_of(request.query)
        columns = whole_number(request.query, "columns", "1000", MOST_COLUMNS)
        one = await self._hearing.admit(request[ASKER], name, why)
        peaks = await self._shape(one, columns)
        entries = entries_from(await self._store.rows(facts_query(one.call)))
        marks = [mark.to_json() for mark in marks_of(entries, name, peaks.seconds)]
        return web.json_response({"recording": name, **peaks.to_json(), "marks": marks})

    async def _shape(self, one: Recording, columns: int) -> Peaks:
        """Made once for a recording as it lies there. Raises Refusal."""
        key = (one.name, one.kept.size, one.kept.modified, columns)
        async with self._turn:
            if (known := self._shapes.get(key)) is None:
                wav = await self._hearing.sound(one.name)
                try:
                    known = await asyncio.to_thread(lambda: peaks_of(sound_of(wav), columns))
                except NoSound as error:
                    raise no_sound(error) from None
                self._shapes[key] = known
        self._shapes.move_to_end(key)
        while len(self._shapes) > _KEPT:
            self._shapes.popitem(last=False)
        return known


def _wanted(request: web.Request) -> slice:
    """The range that a player asks for, or all of it."""
    try:
        return request.http_range
    except ValueError:
        return slice(None)  # another unit, or more ranges than one: the whole is an answer to that


def _answer(wanted: slice, piece: Piece) -> web.Response:
    """What was asked for, as HTTP tells it. Raises Refusal."""
    headers = {"Accept-Ranges": "bytes"}
    if wanted.start is None and wanted.stop is None:
        return web.Response(body=piece.sound, content_type="audio/wav", headers=headers)
    if not piece.sound:
        raise Refusal(416, "no_range", f"the sound has {piece.size} bytes")
    headers["Content-Range"] = f"bytes {piece.start}-{piece.start + len(piece.sound) - 1}/{piece.size}"
    return web.Response(body=piece.sound, status=206, content_type="audio/wav", headers=headers)
