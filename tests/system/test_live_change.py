"""System: operators change the plan while callers are in the menu, wait and talk."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import soundfile

from hotline.control import ask
from hotline.handset import RATE
from hotline.operators import read_config
from hotline.phone import Exchange, answers
from hotline.settings import HOUSE
from hotline.sound_file import load as load_sound
from ivr.events import CallEnded, Offered, TalkBegan
from tests.phone.voices import babble
from tests.phones import AGENT_TONE, CARRIER_TONE, hear_each_other, hears, hears_prompt
from tests.system.stage import WORKDAY, Stage, stage

pytestmark = pytest.mark.system

OpenDesk = Callable[[], AbstractAsyncContextManager["Desk"]]


@dataclass
class Desk:
    """An operator's desk: the files of a hotline that is up."""

    stage: Stage

    @property
    def config(self) -> Path:
        return self.stage.settings.config

    def edit(self, file: str, *changes: tuple[str, str]) -> None:
        """Replace pieces of a file, as an editor saves: all at once."""
        path = self.config / file
        text = path.read_text("utf-8")
        for old, new in changes:
            assert old in text, f"{file} has no {old!r}"
            text = text.replace(old, new, 1)
        fresh = path.with_suffix(".new")
        fresh.write_text(text, "utf-8")
        fresh.replace(path)

    def record(self, prompt: str, seed: int) -> None:
        """Put a recording of other words in the place of a prompt's."""
        folder = self.config / "recordings"
        folder.mkdir(exist_ok=True)
        soundfile.write(folder / f"{prompt}.wav", babble(seed, 3.0), RATE)

    async def tell(self, what: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        """As the commands do."""
        answer: dict[str, Any] = await ask(self.stage.settings.var, "POST", what, data)
        return answer

    async def metrics(self) -> str:
        return await self.page("metrics")

    async def page(self, path: str = "status") -> str:
        url = f"http://127.0.0.1:{self.stage.hotline.web_port}/{path}"
        async with aiohttp.ClientSession() as http, http.get(url) as reply:
            return await reply.text()


@pytest.fixture
def open_desk(tmp_path: Path, sounds: Path, exchange: Exchange) -> OpenDesk:
    """`async with open_desk() as desk:` the shipped hotline with files and sounds of its own."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Desk]:
        config, var = tmp_path / "config", tmp_path / "var"
        if not config.exists():
            shutil.copytree(HOUSE / "config", config)
            for name in ("sounds", "moh"):
                shutil.copytree(sounds / name, var / name)
            plan = (config / "plan.yaml").read_text("utf-8")
            (config / "plan.yaml").write_text(plan.replace("  wait: 5s", "  wait: 2s", 1), "utf-8")
        async with stage(var, sounds, exchange, WORKDAY, read_config(config), config=config) as here:
            yield Desk(here)

    return opened


async def test_a_caller_in_the_menu_keeps_the_old_words_and_keys_and_a_newcomer_has_the_new(
    open_desk: OpenDesk,
) -> None:
    async with open_desk() as desk:
        s = desk.stage
        old = await s.caller()
        await s.hears(old, "main-menu", share=0.3)
        desk.edit(
            "plan.yaml", ("keys: {1: consult, 2: report, 3: booking}", "keys: {1: booking, 2: report, 3: consult}")
        )
        desk.edit("prompts.yaml", ("main-menu: 咨询请按1", "main-menu: 预约挂号请按1"))
        desk.record("main-menu", seed=11)
        change = await desk.tell("/reload")
        assert (change["result"], change["number"], change["problems"]) == ("done", 2, [])
        new_menu = load_sound(s.settings.sounds / "main-menu.alaw")
        newcomer = await s.caller("13900000002")
        await s.hears(old, "nothing-heard")
        length = old.handset.seconds
        await old.until(lambda talk: talk.handset.seconds > length + 5.0, 20.0)
        await old.press("3")
        await hears(old, CARRIER_TONE, within=45.0)
        await hears_prompt(newcomer, new_menu, 45.0, share=0.6)
        await newcomer.press("3")
        await s.hears(newcomer, "consult-menu", share=0.3)
        assert s.heard(old).count("main-menu") == 2, "the menu was said again, in the words that the call began with"
        assert "main-menu" not in s.heard(newcomer)
        await old.hang_up()
        await newcomer.hang_up()
        assert (await s.record()).plan != (await s.record("13900000002")).plan


async def test_an_agent_who_is_new_registers_and_is_rung_and_the_talk_of_one_who_is_gone_goes_on(
    open_desk: OpenDesk,
) -> None:
    async with open_desk() as desk:
        s = desk.stage
        gone = await s.agent("vct-1", answers())
        first = await s.caller()
        await first.press("15")
        await s.noted(TalkBegan)
        s.agents.remove(gone)  # it has no account to take its registration back from
        desk.edit("agents.yaml", ("  vct-1: {name: 艾滋病咨询座席,", "  vct-9: {name: 艾滋病咨询新座席,"))
        change = await desk.tell("/reload")
        assert change["result"] == "done", change
        await s.agent("vct-9", answers(speaking=AGENT_TONE))
        second = await s.caller("13900000002")
        await second.press("15")
        await s.noted(TalkBegan, 2)
        await hears(second, AGENT_TONE, within=10.0)
        await hear_each_other(first, gone.talks[0])
        offered = [entry.event.agent for entry in s.entries if isinstance(entry.event, Offered)]
        assert offered == ["vct-1", "vct-9"]
        await first.hang_up()
        await second.hang_up()
        await s.noted(CallEnded, 2)
        assert (await s.record()).outcome == "talked"
        seats = s.hotline.board.dispatch.floor.presences()
        assert sum(seats.values()) == len(s.hotline.live.now.agents)


async def test_an_agent_who_was_taken_out_and_put_back_is_rung_without_registering_anew(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        s = desk.stage
        await s.agent("vct-1", answers())
        here, gone = "  vct-1: {name: 艾滋病咨询座席,", "  vct-9: {name: 艾滋病咨询座席,"
        desk.edit("agents.yaml", (here, gone))
        assert (await desk.tell("/reload"))["result"] in ("done", "unchanged")  # who watches the files may be first
        assert "vct-1" not in s.hotline.live.now.agents
        desk.edit("agents.yaml", (gone, here))
        await desk.tell("/reload")
        # Asterisk asks the phone again with the next look of `sip.qualify`
        await s.until(lambda: s.hotline.board.dispatch.floor.seat("vct-1").phone_up, 15.0)
        caller = await s.caller()
        await caller.press("15")
        await s.noted(TalkBegan)
        await caller.hang_up()


async def test_a_bad_file_is_refused_where_it_lies_and_the_next_good_one_is_taken_by_itself(
    open_desk: OpenDesk,
) -> None:
    async with open_desk() as desk:
        s = desk.stage
        live = s.hotline.live
        desk.edit("plan.yaml", ("say: closed-booking", "say: closed-boking"))
        await s.until(lambda: bool(live.refused), 15.0)
        assert any("plan.yaml:" in problem and "closed-booking" in problem for problem in live.refused)
        assert "hotline_plan_refused 1.0" in await desk.metrics()
        assert "closed-boking" in await desk.page()
        caller = await s.caller()
        await caller.press("3")
        await hears(caller, CARRIER_TONE, within=45.0)
        await caller.hang_up()
        change = await desk.tell("/reload")
        assert (change["result"], change["number"]) == ("refused", 1)
        assert change["problems"] == list(live.refused)

        desk.edit("plan.yaml", ("say: closed-boking", "say: closed-booking"), ("  wait: 2s", "  wait: 3s"))
        await s.until(lambda: live.number == 2 and not live.refused, 15.0)
        seen = await desk.metrics()
        assert "hotline_plan_refused 0.0" in seen
        assert 'hotline_plan_reloads_total{result="done"} 1.0' in seen
        assert f'hotline_plan_version_info{{number="2",version="{live.mark}"}} 1.0' in seen
        assert live.now.plan.hotline.wait == 3.0


async def test_a_rollback_holds_until_the_files_change_also_over_a_restart(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        live = desk.stage.hotline.live
        first = live.mark
        desk.edit("plan.yaml", ("  wait: 2s", "  wait: 9s"))
        await desk.stage.until(lambda: live.number == 2, 15.0)
        change = await desk.tell("/rollback", {"number": None})
        assert (change["result"], change["number"], change["version"]) == ("done", 1, first)
        assert "已退回第 1 版" in await desk.page()
        desk.edit("plan.yaml", ("  wait: 9s", "  wait: 2s"))
        await desk.stage.until(lambda: not live.set_aside, 15.0)
        assert live.number == 1
    kept = json.loads((desk.stage.settings.var / "plans" / "live.json").read_text())
    assert kept == {"number": 1, "set_aside": None}
