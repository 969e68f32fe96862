"""System: the telephones on a real Asterisk."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from bench.ports import free_ports
from hotline import ear
from hotline.phone import Exchange, NotRegistered, answers, never_answers, refuses
from hotline.talk import NotAnswered
from tests.phone.small_switch import AGENTS
from tests.phones import (
    CALLER,
    CARRIER_TONE,
    Carrier,
    agent_phone,
    hear_each_other,
    hears,
    register_and_vanish,
)

pytestmark = pytest.mark.system


@pytest.mark.parametrize("codec", ["pcma", "pcmu", "g722/16000/1"])
async def test_a_caller_hears_the_echo_of_its_own_tone(switch: str, exchange: Exchange, codec: str) -> None:
    caller = await exchange.phone(CALLER, switch=switch, codecs=(codec,))
    talk = await (await caller.dial("echo")).answered()
    talk.speak(440)
    await hears(talk, 440)
    talk.hush()
    await talk.until(lambda talk: ear.level(talk.handset.since(talk.handset.seconds - 0.3)) < -60)
    ending = await talk.hang_up()
    assert ending.by_us
    assert abs((ending.at - datetime.now(UTC)).total_seconds()) < 1


async def test_sound_after_a_second_of_nothing_is_heard_at_its_second(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)
    talk = await (await caller.dial("late")).answered()
    ending = await talk.ended()
    assert not ending.by_us
    assert ear.silences(talk.heard)[0] == pytest.approx((0.0, 1.05), abs=0.15)
    assert ear.tone(talk.handset.since(1.3)[:4000], 1000) > 0.9


async def test_keys_arrive_in_order_and_the_callers_number_is_shown(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)
    keys = await (await caller.dial("keys")).answered()
    await keys.press("19*0")
    await hears(keys, 1000)
    who = await (await caller.dial("who")).answered()
    await hears(who, 1000)


async def test_a_refusal_bears_its_status_and_cause(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)
    with pytest.raises(NotAnswered) as refused:
        await (await caller.dial("busy")).answered()
    assert (refused.value.ending.status, refused.value.ending.cause) == (486, 17)
    assert not refused.value.ending.by_us


async def test_a_caller_who_hangs_up_while_it_rings_was_not_answered(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)
    talk = await caller.dial("rings")
    with pytest.raises(TimeoutError):
        await talk.answered(within=0.3)
    assert (await talk.hang_up()).by_us
    with pytest.raises(NotAnswered):
        await talk.answered()
    assert await talk.hang_up() == talk.ending, "twice is fine"


async def test_an_agent_and_a_caller_hear_each_other(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)
    agent = await agent_phone(exchange, switch, "agent1", AGENTS["agent1"])
    talk = await caller.dial("agent1")
    ring = await agent.ringing()
    assert (ring.number, ring.called) == (CALLER, "agent1")
    assert agent.live == 1
    answered = await ring.answer()
    await talk.answered()
    await hear_each_other(talk, answered)
    await talk.press("5")
    await answered.until(lambda talk: talk.keys_heard == "5")
    await answered.hang_up()
    assert not (await talk.ended()).by_us
    assert agent.live == 0


async def test_an_agent_refuses_and_the_caller_is_told_busy(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)
    agent = await agent_phone(exchange, switch, "agent1", AGENTS["agent1"], refuses(after=0.2))
    with pytest.raises(NotAnswered) as refused:
        await (await caller.dial("agent1")).answered()
    assert refused.value.ending.status == 486
    assert agent.talks[0].ending is not None
    assert agent.talks[0].ending.by_us


async def test_an_agent_who_never_answers_rings_until_the_switch_gives_up(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)
    agent = await agent_phone(exchange, switch, "agent2", AGENTS["agent2"], never_answers)
    with pytest.raises(NotAnswered):
        await (await caller.dial("agent2")).answered()
    ending = await agent.talks[0].ended()
    assert not ending.by_us
    assert agent.talks[0].established is None


async def test_an_agent_answers_by_itself_and_hangs_up(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)
    await agent_phone(
        exchange, switch, "agent1", AGENTS["agent1"], answers(after=0.3, speaking=700, hanging_up_after=1.5)
    )
    dialled = datetime.now(UTC)
    talk = await (await caller.dial("agent1")).answered()
    assert talk.established is not None
    assert (talk.established - dialled).total_seconds() > 0.25
    await hears(talk, 700)
    assert not (await talk.ended()).by_us


async def test_a_caller_who_is_quicker_than_the_agent(switch: str, exchange: Exchange) -> None:
    caller = await exchange.phone(CALLER, switch=switch)
    agent = await agent_phone(exchange, switch, "agent1", AGENTS["agent1"])
    talk = await caller.dial("agent1")
    ring = await agent.ringing()
    await talk.hang_up()
    await ring.withdrawn()
    with pytest.raises(NotAnswered):
        await ring.answer()


async def test_a_wrong_secret_is_refused_and_an_unregistered_phone_is_not_found(
    switch: str, exchange: Exchange
) -> None:
    stranger = await exchange.phone("agent1", switch=switch, secret="wrong")
    with pytest.raises(NotRegistered, match="401"):
        await stranger.register()
    caller = await exchange.phone(CALLER, switch=switch)
    agent = await agent_phone(exchange, switch, "agent2", AGENTS["agent2"], answers())
    await (await caller.dial("agent2")).answered()
    await agent.unregister()
    with pytest.raises(NotAnswered):
        await (await caller.dial("agent2")).answered()
    await agent.register()
    await (await caller.dial("agent2")).answered()


async def test_a_phone_that_died_after_registering_never_replies(switch: str, exchange: Exchange) -> None:
    await register_and_vanish(switch, "agent2", AGENTS["agent2"])
    caller = await exchange.phone(CALLER, switch=switch)
    talk = await caller.dial("agent2")
    with pytest.raises(TimeoutError):
        await talk.answered(within=1.5)  # an unknown phone would have been refused at once
    with pytest.raises(NotAnswered) as refused:
        await talk.answered()
    assert refused.value.ending.status == 480
    with pytest.raises(PermissionError, match="401"):
        await register_and_vanish(switch, "agent1", "wrong")


async def test_the_carrier_answers_every_number_and_counts(switch: str, exchange: Exchange, carrier: Carrier) -> None:
    caller = await exchange.phone(CALLER, switch=switch)
    one = await (await caller.dial(f"sip:02212320@{exchange.address}")).answered()
    two = await (await caller.dial(f"sip:114@{exchange.address}")).answered()
    await hears(one, CARRIER_TONE)
    await hears(two, CARRIER_TONE)
    await one.hang_up()
    await two.hang_up()
    await (await caller.dial(f"sip:114@{exchange.address}")).answered()
    assert carrier.dialled == ["02212320", "114", "114"]
    assert carrier.most_at_once == 2


async def test_twenty_phones_talk_in_one_process(switch: str, exchange: Exchange) -> None:
    talks = []
    for count in range(20):
        caller = await exchange.phone(f"139000000{count:02}", switch=switch)
        talk = await (await caller.dial("echo")).answered()
        talk.speak(300 + 50 * count)
        talks.append(talk)
    for count, talk in enumerate(talks):
        await talk.until(lambda talk: talk.handset.seconds > 2)
        assert ear.tone(talk.handset.since(0.5), 300 + 50 * count) > 0.9, "no hole, no stranger"


async def test_an_exchange_leaves_nothing_behind_and_another_can_follow(switch: str) -> None:
    before = {thread.name for thread in threading.enumerate()}
    for _ in range(2):
        async with Exchange(port=free_ports(1)[0]) as exchange:
            caller = await exchange.phone(CALLER, switch=switch)
            talk = await (await caller.dial("echo")).answered()
            ringing = await caller.dial("rings")
        assert talk.ending is not None
        assert ringing.ending is not None
    after = {thread.name for thread in threading.enumerate()} - before
    assert not [name for name in after if name.startswith("baresip")]


async def test_what_goes_wrong_in_a_phones_manner_is_not_lost(switch: str) -> None:
    async def stumbles(ring: object) -> None:
        raise ZeroDivisionError

    async def a_call_to_itself() -> None:
        async with Exchange(port=free_ports(1)[0]) as exchange:
            agent = await agent_phone(exchange, switch, "agent1", AGENTS["agent1"], stumbles)
            await (await agent.dial("agent1")).answered()

    with pytest.raises(ExceptionGroup) as failed:
        await a_call_to_itself()
    assert failed.group_contains(ZeroDivisionError)
