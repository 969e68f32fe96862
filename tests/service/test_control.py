"""Unit over a real socket: the door for commands."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest
from aiohttp import web

from hotline.control import SOCKET, NotRunning, Refused, ask, bad, open_control, told


async def _echo(request: web.Request) -> web.Response:
    data = await told(request)
    if "bad" in data:
        raise bad("this makes no sense")
    if "bug" in data:
        raise RuntimeError
    return web.json_response({"heard": data})


ROUTES = [web.post("/echo", _echo)]


@pytest.mark.parametrize("name", ["var", "/".join(["a-very-deep-folder"] * 8)])
async def test_a_question_gets_its_answer_however_deep_the_folder_lies(tmp_path: Path, name: str) -> None:
    var = tmp_path / name
    var.mkdir(parents=True)
    async with open_control(var, ROUTES):
        assert await ask(var, "POST", "/echo", {"number": 3}) == {"heard": {"number": 3}}
        assert await ask(var, "POST", "/echo") == {"heard": {}}
        assert stat.S_IMODE((var / SOCKET).stat().st_mode) == 0o600
    assert not (var / SOCKET).exists()


async def test_where_no_engine_runs_the_words_say_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="hotline up"):
        await ask(tmp_path / "nowhere", "GET", "/plan")
    with socket.socket(socket.AF_UNIX) as left:  # what a killed engine leaves
        left.bind(str(tmp_path / SOCKET))
    with pytest.raises(NotRunning, match="hotline up"):
        await ask(tmp_path, "GET", "/plan")
    async with open_control(tmp_path, ROUTES):
        assert await ask(tmp_path, "POST", "/echo") == {"heard": {}}


async def test_nonsense_is_refused_in_words_and_a_bug_does_not_close_the_door(tmp_path: Path) -> None:
    async with open_control(tmp_path, ROUTES):
        with pytest.raises(Refused, match="makes no sense"):
            await ask(tmp_path, "POST", "/echo", {"bad": 1})
        with pytest.raises(Refused, match="see its log"):
            await ask(tmp_path, "POST", "/echo", {"bug": 1})
        with pytest.raises(Refused, match="404"):
            await ask(tmp_path, "GET", "/nothing")
        assert await ask(tmp_path, "POST", "/echo") == {"heard": {}}
    assert not (tmp_path / SOCKET).exists()
