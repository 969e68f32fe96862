"""Contract: calls by FastAGI, against a client that speaks as Asterisk does; and what hostile ones come to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.agi.door import Door, listening_at
from ivr.agi.hello import Hello
from ivr.agi.switch import AgiSwitch, Ways
from ivr.switch import (
    BEEP,
    RINGING,
    Arrived,
    ChannelGone,
    Gone,
    KeyTyped,
    Kind,
    LegAnswered,
    Phone,
    Played,
    Recorded,
    Seen,
    SwitchError,
)
from tests.ivr.agi_client import Channel, FakeAsterisk
from tests.ivr.fake_switch import Behaviour
from tests.ivr.worlds import ANSWERS, CALLER, REFUSES, RINGS, SECOND, Listener


class Here:
    """The door, its switch, and an Asterisk before it."""

    def __init__(self, switch: AgiSwitch, door: Door, listener: Listener, asterisk: FakeAsterisk) -> None:
        self.switch, self.door, self.listener, self.asterisk = switch, door, listener, asterisk

    async def caller(self, *, answered: bool = True) -> tuple[str, Channel]:
        before = {event.channel for event in self.listener.told if isinstance(event, Arrived)}
        channel = self.asterisk.calls()
        name = (await self.listener.hears(Arrived, lambda event: event.channel not in before)).channel
        if answered:
            await self.switch.answer(name)
        return name, channel

    async def leg(self, name: str, leg: str = "n-abcdef-1", phone: str = ANSWERS) -> str:
        await self.switch.ring(leg, Phone(phone), caller=CALLER, like=name)
        await self.listener.hears(LegAnswered, lambda event: event.leg == leg)
        return leg


@asynccontextmanager
async def opened(folder: Path, *, most: int = 50) -> AsyncIterator[Here]:
    def answer(hello: Hello) -> dict[str, str]:
        return {"HOTLINE_SAID": f"{hello.errand} {' '.join(hello.arguments.values())}"}

    switch = AgiSwitch(Ways(recordings=folder), phones=lambda: {ANSWERS, SECOND}, look_up=answer)
    door, listener = Door(switch, most=most, networks=[ip_network("127.0.0.0/8")]), Listener(switch)
    listening = listening_at("127.0.0.1", 0)
    async with asyncio.TaskGroup() as tasks:
        works = [tasks.create_task(door.run(listening)), tasks.create_task(listener.listen())]
        asterisk = FakeAsterisk(listening.getsockname()[1], tasks)
        asterisk.phones = {
            ANSWERS: Behaviour(answers_after=0.05),
            SECOND: Behaviour(answers_after=0.05),
            "web-ann": Behaviour(answers_after=0.05),
            "0221": Behaviour(answers_after=0.05),
            REFUSES: Behaviour(fails_after=0.05, cause=17),
            RINGS: Behaviour(),
        }
        yield Here(switch, door, listener, asterisk)
        asterisk.hang_up()
        for work in works:
            work.cancel()


@pytest_asyncio.fixture(loop_scope="function")
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    async with opened(tmp_path) as one:
        yield one


# ── a talk ──────────────────────────────────────────────────────────────────


async def test_a_phone_is_rung_by_a_dial_and_heard_when_it_answers(here: Here) -> None:
    name, caller = await here.caller()
    leg = await here.leg(name)
    assert caller.bridged == ""  # nobody is heard before the bridge
    await here.switch.bridge("n-abcdef-1-talk", [name, leg])
    await here.switch.record_bridge("n-abcdef-1-talk", "talks/2026/n-abcdef-1")
    await caller.until(lambda: caller.bridged == ANSWERS)
    assert here.asterisk.legs[ANSWERS].variables["recorded"].endswith("talks/2026/n-abcdef-1.wav,ab")
    census = await here.switch.census()
    assert census.channels == {name: Seen(Kind.CALLER, up=True), leg: Seen(Kind.LEG, up=True)}
    assert census.bridges == {"n-abcdef-1-talk": {name, leg}}
    here.asterisk.legs[ANSWERS].hang_up()
    gone = await here.listener.hears(Gone)
    assert (gone.channel, gone.cause) == (leg, 16)
    recorded = await here.listener.hears(Recorded)
    assert recorded.seconds is not None
    assert here.listener.told.index(recorded) < here.listener.told.index(gone)
    await here.switch.stop_recording("talks/2026/n-abcdef-1")  # nothing happens
    await here.switch.drop_bridge("n-abcdef-1-talk")
    await here.switch.play(name, "p1", ["one"])  # the caller is still there
    await here.listener.hears(Played)


async def test_a_talk_that_is_not_recorded_begins_all_the_same(here: Here) -> None:
    name, caller = await here.caller()
    await here.switch.bridge("b", [name, await here.leg(name)])
    await caller.until(lambda: caller.bridged == ANSWERS)
    with pytest.raises(SwitchError):
        await here.switch.record_bridge("b", "talks/late")


async def test_a_caller_who_hangs_up_in_a_talk_is_told_before_the_phone(here: Here) -> None:
    name, caller = await here.caller()
    leg = await here.leg(name)
    await here.switch.bridge("b", [name, leg])
    await caller.until(lambda: caller.bridged == ANSWERS)
    caller.hang_up()
    await here.listener.hears(Gone, lambda event: event.channel == leg)
    assert [event.channel for event in here.listener.told if isinstance(event, Gone)] == [name, leg]


async def test_a_talk_can_only_end_and_says_so(here: Here) -> None:
    name, caller = await here.caller()
    leg = await here.leg(name)
    await here.switch.bridge("b", [name, leg])
    await caller.until(lambda: caller.bridged == ANSWERS)
    assert here.switch.is_fixed(name)
    await here.switch.bridge("b", [name, leg])  # nothing happens
    for order in (
        here.switch.part("b", name),
        here.switch.hang_up(leg),
        here.switch.snoop("n-abcdef-v1-ear", leg, whispers=True),
        here.switch.ring("n-abcdef-2", Phone(SECOND), caller="", like=name),
        here.switch.bridge("c", [leg]),
    ):
        with pytest.raises(SwitchError):
            await order
    assert caller.bridged == ANSWERS


async def test_an_offer_that_is_taken_back_is_turned_down_when_it_is_answered(here: Here) -> None:
    here.asterisk.phones[ANSWERS] = Behaviour(answers_after=0.3)
    name, caller = await here.caller()
    await here.switch.ring("n-abcdef-1", Phone(ANSWERS), caller=CALLER, like=name)
    await caller.until(lambda: here.asterisk.rung == [ANSWERS])
    await here.switch.hang_up("n-abcdef-1")
    await here.listener.hears(Gone, lambda event: event.channel == "n-abcdef-1")
    await here.switch.ring("n-abcdef-2", Phone(SECOND), caller=CALLER, like=name)  # rings after the other
    await here.listener.hears(LegAnswered, lambda event: event.leg == "n-abcdef-2")
    assert here.asterisk.legs[ANSWERS].variables["GOSUB_RESULT"] == "CONTINUE"
    assert here.asterisk.rung == [ANSWERS, SECOND]
    assert not any(event == LegAnswered("n-abcdef-1") for event in here.listener.told)


async def test_the_phones_of_one_offer_ring_together_and_the_one_that_answers_is_known(here: Here) -> None:
    name, caller = await here.caller()
    await here.switch.ring("n-abcdef-1a", Phone(RINGS), caller=CALLER, like=name)
    await here.switch.ring("n-abcdef-1b", Phone(SECOND), caller=CALLER, like=name)
    assert (await here.listener.hears(LegAnswered)).leg == "n-abcdef-1b"
    assert here.asterisk.rung == [RINGS, SECOND]
    await here.switch.hang_up("n-abcdef-1a")
    await here.switch.bridge("b", [name, "n-abcdef-1b"])
    await caller.until(lambda: caller.bridged == SECOND)


async def test_a_browser_is_shown_the_leg_and_a_phone_rings_as_long_as_its_offer(here: Here) -> None:
    name, caller = await here.caller()
    await here.switch.ring("n-abcdef-1", Phone("web-ann"), caller=CALLER, like=name, at_most=7.2)
    await here.listener.hears(LegAnswered)
    (dial,) = [line for line in caller.commands if "Dial" in line]
    assert "PJSIP/web-ann,8," in dial
    assert "o(n-abcdef-1)" in dial
    assert CALLER not in dial


async def test_what_is_said_while_a_phone_rings_is_heard_when_it_rang_in_vain(here: Here) -> None:
    name, caller = await here.caller()
    await here.switch.play(name, "p1", ["welcome", "more"])
    await caller.until(lambda: caller.heard == ["hotline/welcome"])
    await here.switch.ring("n-abcdef-1", Phone(REFUSES), caller=CALLER, like=name)
    await here.listener.hears(Played, lambda event: event.playback == "p1")  # it was cut off
    await here.switch.play(name, "p2", ["wait"])
    await here.listener.hears(Gone)
    await here.listener.hears(Played, lambda event: event.playback == "p2")
    assert caller.heard == ["hotline/welcome", "hotline/wait"]


async def test_music_plays_whenever_nothing_else_is_heard(here: Here) -> None:
    name, caller = await here.caller()
    await here.switch.start_music(name)
    await caller.until(lambda: caller.music)
    await here.switch.play(name, "p1", ["one"])
    await caller.until(lambda: not caller.music)
    await here.listener.hears(Played)
    await caller.until(lambda: caller.music)
    await here.switch.stop_music(name)
    await caller.until(lambda: not caller.music)


async def test_a_key_that_ends_nothing_lets_the_prompt_go_on_where_it_was(here: Here) -> None:
    name, caller = await here.caller()
    await here.switch.play(name, "p1", ["one"])
    await caller.until(lambda: len(caller.heard) == 1)
    caller.press("7")
    await here.listener.hears(KeyTyped, lambda event: event.key == "7")
    await here.listener.hears(Played)
    (_, again) = [line for line in caller.commands if line.startswith("STREAM FILE")]
    assert int(again.rsplit('"')[-2] if again.endswith('"') else again.rsplit()[-1]) > 0


async def test_a_sound_that_is_missing_is_told_and_the_caller_stays(here: Here) -> None:
    name, _ = await here.caller()
    await here.switch.play(name, "p1", ["missing"])
    assert (await here.listener.hears(Played)).failed
    await here.switch.play(name, "p2", [BEEP])
    assert not (await here.listener.hears(Played, lambda event: event.playback == "p2")).failed
    with pytest.raises(SwitchError):
        await here.switch.play(name, "p3", [RINGING])


# ── the end ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("order", "status"),
    [("hang_up", "served"), ("release", "given-back"), ("refuse", "refused"), ("turn_away", "turned-away")],
)
async def test_the_dialplan_is_told_how_a_call_ended(here: Here, order: str, status: str) -> None:
    name, caller = await here.caller(answered=order in ("hang_up", "release"))
    await (here.switch.turn_away(name, "overloaded") if order == "turn_away" else getattr(here.switch, order)(name))
    await here.listener.hears(Gone, lambda event: event.channel == name)
    assert caller.variables["HOTLINE_STATUS"] == status
    assert any("Playback" in line for line in caller.commands) is (order == "turn_away")
    with pytest.raises(ChannelGone):
        await here.switch.answer(name)


async def test_an_engine_that_hands_over_tells_and_takes_nothing_more(here: Here) -> None:
    name, _ = await here.caller()
    here.switch.hand_over()
    with pytest.raises(SwitchError):
        await here.switch.play(name, "p1", ["one"])
    another = here.asterisk.calls()
    await another.left.wait()
    assert another.variables["HOTLINE_STATUS"] == "given-back"


async def test_a_dialplan_asks_and_gets_its_variables(here: Here) -> None:
    channel = here.asterisk.calls("why-closed?line=vaccine")
    await channel.left.wait()
    assert channel.variables == {"HOTLINE_SAID": "why-closed vaccine"}
    assert here.listener.told == []


async def test_two_hundred_callers_hear_type_and_hang_up_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path, most=260) as here:
        callers = [here.asterisk.calls() for _ in range(200)]
        told = here.listener.told
        await callers[0].until(lambda: sum(isinstance(event, Arrived) for event in told) == 200, 30.0)
        assert here.switch.calls == 200
        names = [event.channel for event in told if isinstance(event, Arrived)]
        await asyncio.gather(*(here.switch.answer(name) for name in names))
        await asyncio.gather(*(here.switch.play(name, f"p-{name}", ["one"]) for name in names))
        await callers[0].until(lambda: all(caller.heard for caller in callers), 30.0)
        async with asyncio.timeout(30.0):
            while len({event.channel for event in told if isinstance(event, KeyTyped)}) < 200:
                for caller in callers:
                    caller.press("1")  # between two commands Asterisk throws a key away: whoever it was types again
                await asyncio.sleep(0.3)
        await asyncio.gather(*(here.switch.hang_up(name) for name in names))
        await callers[0].until(lambda: here.switch.calls == 0 and here.door.sessions == 0, 30.0)
        assert {caller.variables["HOTLINE_STATUS"] for caller in callers} == {"served"}


# ── hostile ─────────────────────────────────────────────────────────────────


HELLO = (
    "agi_network: yes\nagi_request: agi://127.0.0.1/\nagi_channel: PJSIP/trunk-00000001\nagi_uniqueid: 1.1\n"
    "agi_callerid: 13900000001\nagi_extension: 12320\n"
)


def _with(name: str, value: str) -> str:
    return "\n".join(f"{name}: {value}" if line.startswith(f"{name}:") else line for line in HELLO.splitlines() if line)


@pytest.mark.parametrize(
    "said",
    [
        "\n",
        "GET / HTTP/1.1\n\n",
        f"agi_request: {'x' * 5000}\n\n",
        "".join(f"agi_arg_{number}: x\n" for number in range(500)),
        f"{HELLO}other: 1\n\n",
        f"{HELLO}agi_x: a\x07b\n\n",
        f"{_with('agi_channel', '; rm -rf /')}\n\n",
        f"{_with('agi_channel', '')}\n\n",
        f"{_with('agi_uniqueid', '../../etc')}\n\n",
        f"{_with('agi_request', 'http://127.0.0.1/')}\n\n",
        f"{_with('agi_request', 'agi://127.0.0.1/nothing')}\n\n",
        f"{_with('agi_request', 'agi://127.0.0.1/open?line=a&line=b')}\n\n",
        f"{_with('agi_request', 'agi://127.0.0.1/open?line=a%0AHANGUP')}\n\n",
        f"{_with('agi_request', 'agi://127.0.0.1/open?other=a')}\n\n",
        f"{_with('agi_request', 'agi://127.0.0.1/open?' + '&'.join(f'a{n}=1' for n in range(50)))}\n\n",
        f"{_with('agi_request', 'agi://[/')}\n\n",
        f"{HELLO}\n200 result=0 nobody asked\n",
        "\x00\xff" * 100 + "\n\n",
    ],
)
async def test_who_does_not_speak_as_asterisk_does_is_cut_off(here: Here, said: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", here.asterisk.port)
    writer.write(said.encode("utf-8", "surrogateescape"))
    async with asyncio.timeout(3.0):
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()
    await _until(lambda: here.door.sessions == 0)
    assert not [event for event in here.listener.told if not isinstance(event, Arrived | Gone)]
    await here.caller()  # others are served


async def test_a_number_that_is_none_counts_as_withheld(here: Here) -> None:
    here.asterisk.calls(number='1"; HANGUP ${SHELL(id)}')
    assert (await here.listener.hears(Arrived)).number == ""


async def test_a_phone_of_ours_that_calls_is_known(here: Here) -> None:
    here.asterisk.calls(name=f"PJSIP/{ANSWERS}-0000002a")
    assert (await here.listener.hears(Arrived)).phone == ANSWERS


async def test_nothing_that_is_ordered_can_hold_a_second_command(here: Here) -> None:
    name, caller = await here.caller()
    for phone in ("ann\nHANGUP", "ann,1,U(x)", "ANN", "ann&web-bob"):
        with pytest.raises(SwitchError):
            await here.switch.ring("n-abcdef-1", Phone(phone), caller=CALLER, like=name)
    for file in ("../../etc/passwd", "talks/a b", 'talks/"', "talks/a\nHANGUP"):
        with pytest.raises(SwitchError):
            await here.switch.record(name, file, limit=1, silence=1)
    await here.switch.play(name, "p1", ['one" "\\'])
    await here.listener.hears(Played)
    assert caller.heard == ['hotline/one" "\\']
    await here.switch.play(name, "p2", ["one\nHANGUP"])  # the session is cut before a word of it is said
    await here.listener.hears(Gone)
    assert not any("HANGUP" in line for line in caller.commands)


async def test_an_answer_that_is_none_ends_the_session_alone(here: Here) -> None:
    other, _ = await here.caller()
    reader, writer = await asyncio.open_connection("127.0.0.1", here.asterisk.port)
    writer.write(f"{HELLO}\n".encode())
    name = (await here.listener.hears(Arrived, lambda event: event.channel != other)).channel
    answering = asyncio.ensure_future(here.switch.answer(name))
    await reader.readline()
    writer.write(b"what?\n")
    with pytest.raises(ChannelGone):
        await answering
    writer.close()
    await here.switch.play(other, "p1", ["one"])
    await here.listener.hears(Played)


async def test_silent_connections_keep_nobody_out(tmp_path: Path) -> None:
    async with opened(tmp_path, most=10) as here:
        silent = [socket.create_connection(("127.0.0.1", here.asterisk.port)) for _ in range(40)]
        await here.caller()
        assert here.door.sessions <= 10
        assert here.door.refused >= 30
        for one in silent:
            one.close()
        await _until(lambda: here.door.sessions == 1)


async def test_who_is_slow_to_say_hello_is_cut_off(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.agi.session.GREETING", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", here.asterisk.port)
    began = asyncio.get_running_loop().time()
    with suppress(ConnectionError):
        while not reader.at_eof():  # a letter at a time
            writer.write(b"a")
            await asyncio.sleep(0.02)
    assert asyncio.get_running_loop().time() - began < 3.0
    writer.close()


async def test_past_the_bound_callers_are_left_to_their_own_dialplan(tmp_path: Path) -> None:
    async with opened(tmp_path, most=3) as here:
        for _ in range(3):
            here.asterisk.calls()
        await _until(lambda: here.switch.calls == 3)
        fourth = here.asterisk.calls()
        await fourth.left.wait()
        assert here.switch.calls == 3
        assert here.door.refused == 1


async def test_a_network_that_is_not_named_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as here:
        here.door._networks = (ip_network("10.0.0.0/8"),)
        stranger = here.asterisk.calls()
        await stranger.left.wait()
        assert here.switch.calls == 0


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5.0):
        while not holds():  # noqa: ASYNC110 - the door tells nobody
            await asyncio.sleep(0.005)
