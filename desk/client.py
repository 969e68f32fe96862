"""The browser's part of the desk, as it was built: one page for all addresses, and its files.

They hold nothing that anybody may not see; what is shown in them comes through the API.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from desk.route import PUBLIC, Route

log = structlog.get_logger()

BUILT: Final = Path(__file__).parent / "web" / "dist"
_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'"
)
"""Of the page and everything in it; who may frame it is the whole web's."""
_NAME: Final = re.compile(r"[A-Za-z0-9-]+")
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_MISSING: Final = (
    "<!doctype html><meta charset=utf-8><title>12320</title>"
    "<p>工作台尚未构建：请运行 <code>make setup</code>。"
    "<p>The desk was not built: run <code>make setup</code>."
)


@dataclass(frozen=True, slots=True)
class File:
    """One file, as it is sent."""

    type: str
    whole: bytes
    packed: bytes
    """With gzip."""
    tag: str
    lasting: bool
    """Its name changes with its content."""

    def answer(self, request: web.Request) -> web.Response:
        headers = {
            "Cache-Control": _FOR_EVER if self.lasting else _ASK_AGAIN,
            "Content-Security-Policy": POLICY,
            "ETag": self.tag,
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("If-None-Match") == self.tag:
            return web.Response(status=304, headers=headers)
        packed = "gzip" in request.headers.get("Accept-Encoding", "") and len(self.packed) < len(self.whole)
        if packed:
            headers["Content-Encoding"] = "gzip"
        body = self.packed if packed else self.whole
        return web.Response(body=body, content_type=self.type, charset="utf-8", headers=headers)


@cache
def read(folder: Path) -> dict[str, File]:
    """Every file below a folder, by its path there. Empty where nothing was built."""
    found: dict[str, File] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in _TYPES and path.is_file():
            name, whole = path.relative_to(folder).as_posix(), path.read_bytes()
            tag = f'"{sha256(whole).hexdigest()[:20]}"'
            packed = gzip.compress(whole, 6, mtime=0)
            found[name] = File(_TYPES[path.suffix], whole, packed, tag, name.startswith("assets/"))
    return found


class Client:
    """`/`, every page below it, and the files that they load."""

    def __init__(self, folder: Path = BUILT) -> None:
        self._files = read(folder)
        if "index.html" not in self._files:
            log.warning("the browser's part of the desk was not built: run `make setup`", folder=str(folder))

    def routes(self) -> list[Route]:
        """To be added behind all others: whatever is no other address is a page."""
        return [
            Route("GET", "/", PUBLIC, self._on_page, "The desk."),
            Route("GET", "/assets/{name}", PUBLIC, self._on_asset, "A file of the desk."),
            Route("GET", "/theme.js", PUBLIC, self._on_file, "A file of the desk."),
            Route("GET", "/icon.svg", PUBLIC, self._on_file, "A file of the desk."),
            Route("GET", "/{page}", PUBLIC, self._on_page, "A page of the desk."),
            Route("GET", "/{page}/{part}", PUBLIC, self._on_page, "A part of a page of the desk."),
        ]

    async def _on_page(self, request: web.Request) -> web.Response:
        asked = request.match_info
        if asked.get("page") == "api" or not all(_NAME.fullmatch(name) for name in asked.values()):
            raise web.HTTPNotFound
        page = self._files.get("index.html")
        if page is None:
            return web.Response(text=_MISSING, content_type="text/html", status=503)
        return page.answer(request)

    async def _on_asset(self, request: web.Request) -> web.Response:
        return self._file(request, f"assets/{request.match_info['name']}")

    async def _on_file(self, request: web.Request) -> web.Response:
        return self._file(request, request.path.removeprefix("/"))

    def _file(self, request: web.Request, name: str) -> web.Response:
        found = self._files.get(name)
        if found is None:
            raise web.HTTPNotFound
        return found.answer(request)
