"""Papers through the API: the routes that give a form as PDF or as a page, and how the press's refusals are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web

from desk.refusal import Refusal, bad
from desk.route import Need, Route
from paperwork.printing.form import Form
from paperwork.printing.page import policy_of
from paperwork.printing.press import Press, PressBroken, PressBusy, Printed
from paperwork.printing.render import Format, Unprintable
from paperwork.reports.report import Report
from paperwork.reports.telling import Data, NoTable

Asked = Callable[[web.Request], Awaitable[Report | Form]]
"""What is printed for a request. Raises Refusal when there is no such thing, or not for this asker."""

FORM = (Format.PDF, Format.HTML)
"""What is made of a form; of a report XLSX too."""


class Printing:
    """What every part of the desk prints with. `hotline` names it, `now` is when something is printed."""

    def __init__(self, press: Press, hotline: Callable[[], str], now: Callable[[], datetime]) -> None:
        self._press, self.hotline, self.now = press, hotline, now

    def routes(
        self,
        path: str,
        need: Need,
        asked: Asked,
        summary: str,
        *,
        query: Mapping[str, str | Mapping[str, Any]] | None = None,
        formats: tuple[Format, ...] = FORM,
        refuses: tuple[int, ...] = (),
    ) -> list[Route]:
        """`PATH.pdf`, `PATH.html` (and `PATH.xlsx`), which show what `asked` gives for the request."""
        return [
            Route(
                "GET",
                f"{path}.{form}",
                need,
                self._handler(asked, form),
                f"{summary} As {form.upper()}.",
                query=query or {},
                answer={"type": "string"} | ({} if form is Format.HTML else {"format": "binary"}),
                media=form.media_type.partition(";")[0],
                refuses=tuple(sorted({409, 503, *refuses})),
            )
            for form in formats
        ]

    def _handler(self, asked: Asked, form: Format) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def on_printed(request: web.Request) -> web.Response:
            printed = await asked(request)
            return self.answer(await self.made(printed, form), form, name_of(printed))

        return on_printed

    async def made(self, printed: Printed, form: Format | Data) -> bytes:
        """The document. Raises Refusal."""
        try:
            return await self._press.make(printed, form)
        except Unprintable as error:
            raise Refusal(409, "unprintable", str(error)) from None
        except NoTable as error:
            raise bad(str(error)) from None
        except PressBusy as error:
            raise Refusal(503, "busy", str(error), {"Retry-After": "30"}) from None
        except PressBroken as error:
            raise Refusal(503, "not_printed", str(error), {"Retry-After": "30"}) from None

    @staticmethod
    def answer(content: bytes, form: Format, name: str) -> web.Response:
        """It is shown in the browser; a workbook is saved."""
        how = "attachment" if form is Format.XLSX else "inline"
        headers = {"Content-Disposition": f"{how}; filename=\"paper.{form}\"; filename*=UTF-8''{quote(name)}.{form}"}
        if form is Format.HTML:
            headers["Content-Security-Policy"] = policy_of(content.decode())
        kind, _, charset = form.media_type.partition("; charset=")
        return web.Response(body=content, content_type=kind, charset=charset or None, headers=headers)


def name_of(printed: Report | Form) -> str:
    """What its file is called: `转办单-2026-000017`, `数据统计月报表-2026-10-01`."""
    if isinstance(printed, Form):
        parts = [printed.title, *printed.marks.values()]
    else:
        parts = [printed.title, printed.period.since.isoformat()]
    words = "-".join(part for part in parts if part)
    return "".join(sign if sign.isalnum() or sign in "-_（）" else "-" for sign in words)[:120]
