"""System: a site's own Asterisk sends its callers by FastAGI, and it rings its agents' phones; what pages show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import expect

from bench.ports import free_ports
from desk.roles import Role
from hotline import ear
from hotline.agi_dialplan import snippet
from hotline.handset import RATE
from hotline.managed import ManagedAsterisk
from hotline.phone import Exchange
from hotline.secrets import keep_secrets
from hotline.settings import load
from hotline.switch_config import PhoneAccount
from ivr.events import CallEnded
from ivr.outcomes import Outcome, Reason
from tests.browser.stage import desks, looks_right_in_both, pictures
from tests.phones import AGENT_TONE, CALLER, CALLER_TONE, agent_phone, hear_each_other
from tests.system.conftest import OpenStage
from tests.system.stage import Stage, lend

pytestmark = [pytest.mark.system, pytest.mark.browser]

AGENT = "vaccine-1"
LOOK_UP = """
[plan-start]
exten => s,1,AGI(agi://127.0.0.1:{port}/open?line=immunization)
 same => n,GotoIf($["${{HOTLINE_OPEN}}" = "1"]?hotline,12320,1)
 same => n,Hangup()

"""


@asynccontextmanager
async def site(folder: Path, sounds: Path, port: int) -> AsyncIterator[tuple[str, str]]:
    """Another Asterisk with one phone, whose callers go to the door at `port`; its address, and the phone's secret."""
    sip, ari = free_ports(2)
    settings = load(
        var=folder,
        config=folder,
        sip={"port": sip},
        ari={"port": ari},
        rtp={"first": 24000, "last": 24999},
        agi={"enabled": True},
        webrtc={"enabled": False},
    )
    lend(settings, sounds)
    secrets = keep_secrets(settings.var, [AGENT])
    dialplan = LOOK_UP.format(port=port) + snippet(f"127.0.0.1:{port}")
    phones = [PhoneAccount(AGENT, secrets.phones[AGENT], AGENT)]
    async with ManagedAsterisk(settings, secrets, phones, dialplan):
        yield f"127.0.0.1:{sip}", secrets.phones[AGENT]


async def only_what_goes_is_offered(s: Stage) -> None:
    """At the agent's page and the leader's what cannot be done with such a talk is greyed, and they say why."""
    async with desks(s) as pages:
        page = await pages.sign_in(Role.AGENT, AGENT, path="/desk")
        await expect(page.locator("[data-test=talk]")).to_have_text("通话中", timeout=30_000)
        await expect(page.get_by_role("note")).to_contain_text("不能保持、转接和暂停录音；挂断请用话机")
        deeds = page.get_by_role("group", name="通话操作")
        for greyed in ("保持", "转接", "暂停录音", "挂断"):
            await expect(deeds.get_by_role("button", name=greyed)).to_be_disabled()
        await expect(deeds.get_by_role("button", name="高风险")).to_be_enabled()
        await looks_right_in_both(page)
        await pictures(page, "desk-fastagi")
        wall = await pages.sign_in(Role.LEADER, "vaccine-2", path="/wall")
        await wall.get_by_role("table", name="座席").get_by_role("button", name="疾控一号座席", exact=True).click()
        drawer = wall.get_by_role("dialog")
        await expect(drawer).to_contain_text("不能监听、耳语、加入或接管", timeout=30_000)
        for greyed in ("监听", "接管"):
            await expect(drawer.get_by_role("button", name=greyed, exact=True)).to_be_disabled()
        await looks_right_in_both(wall)


async def test_a_caller_of_the_sites_own_dialplan_reaches_an_agent_and_leaves_one_record(
    open_stage: OpenStage, exchange: Exchange, tmp_path: Path, sounds: Path
) -> None:
    (port,) = free_ports(1)
    agi = {"enabled": True, "port": port, "phones": [AGENT]}
    async with (
        site(tmp_path / "site", sounds, port) as (address, secret),
        open_stage(ring=20.0, changed={"agi": agi}) as s,
    ):
        agent = await agent_phone(exchange, address, AGENT, secret)
        await s.until(lambda: s.hotline.board.dispatch.floor.seat(AGENT).phone_up)
        phone = await exchange.phone(CALLER, switch=address)
        caller = await (await phone.dial("12320")).answered()
        await s.hears(caller, "main-menu", share=0.3)
        await caller.press("1")
        await s.hears(caller, "consult-menu", share=0.3)
        await caller.press("4")
        talk = await (await agent.ringing()).answer()
        await hear_each_other(caller, talk)
        await only_what_goes_is_offered(s)
        await talk.hang_up()
        await caller.ended()
        cdr = await s.record()
        assert (cdr.line, cdr.agent, cdr.keys) == ("immunization", AGENT, "1,4")
        assert (cdr.outcome, cdr.reason) == (Outcome.TALKED, Reason.OTHER_SIDE_HUNG_UP)
        assert sum(isinstance(entry.event, CallEnded) for entry in s.entries) == 1
        assert cdr.recording is not None
        recording = s.recording(cdr.recording)[: 6 * RATE]  # they spoke at the beginning
        assert min(ear.tone(recording, AGENT_TONE), ear.tone(recording, CALLER_TONE)) > 0.05  # both sides are in it
        await agent.unregister()
