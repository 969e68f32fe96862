"""System: callers on an Asterisk whose engine is dead, from the first greeting to whatever their keys lead to."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from hotline.phone import Exchange, never_answers
from hotline.secrets import keep_secrets
from routing import node as nodes
from routing.destination import destination
from routing.dialplan.record import FallbackCall
from routing.dry_walk import HANG_UP, SILENCE, Keys, dry_walk
from routing.plan import Plan
from routing.scene import Scene
from routing.steps import Ask, Came, Inquire, Listen, Pressed, Said, Say, Silent, Untold
from routing.walk import Position, advance, begin
from tests.phones import AGENT_TONE, CALLER, Carrier, agent_phone, hear_each_other
from tests.routing.plans import ANY_TIME, plans
from tests.system.alone import Alone, alone, settings_for
from tests.system.stage import HOLIDAY, NIGHT, WORKDAY, shipped_plan

pytestmark = pytest.mark.system

DEPTH = 3
WAIT = 0.8


UNTOLD = "u"
"""A dry walk's key: the order could not be looked up. Nobody types it."""


def quick(plan: Plan, wait: float = WAIT) -> Plan:
    """The plan with short silences."""
    hotline = plan.hotline.model_copy(update={"wait": wait})
    shortened = {
        name: node.model_copy(update={"wait": None}) if getattr(node, "wait", None) is not None else node
        for name, node in plan.nodes.items()
    }
    return plan.model_copy(update={"hotline": hotline, "nodes": shortened})


def paths(plan: Plan, scene: Scene, depth: int = DEPTH) -> list[list[str]]:
    """Every way of pressing so many keys: those that are offered, `0`, one that is not, and silence."""

    def onward(position: Position | None, typed: list[str]) -> Iterator[list[str]]:
        while position is not None and isinstance(position.step, Say):
            position = advance(plan, position, Said(), scene)
        if position is None or destination(position) is not None or len(typed) == depth:
            yield typed
            return
        if isinstance(position.step, Inquire):  # nobody is there who could look it up
            yield from onward(advance(plan, position, Untold(), scene), [*typed, UNTOLD])
            return
        assert isinstance(position.step, Ask | Listen)
        node = plan.nodes[position.step.node]
        for key in offered(node):
            came: Came = Silent() if key == SILENCE else Pressed(key)
            if destination(position, came) is not None:
                yield [*typed, key]
            else:
                yield from onward(advance(plan, position, came, scene), [*typed, key])

    return list(onward(begin(plan, scene), []))


def offered(node: object) -> list[str]:
    match node:
        case nodes.Menu(keys=keys):
            known = {*keys, "0"}
        case nodes.Information(repeat=repeat, next=following, back=back):
            known = {key for key in (repeat, following, back, "0") if key is not None}
        case _:
            raise AssertionError(node)
    return [*sorted(known), next(key for key in "9#*8" if key not in known), SILENCE]


def told(record: FallbackCall) -> tuple[str | None, str | None, bool]:
    return record.kind, record.line, record.open


def dry(plan: Plan, keys: Sequence[str], at: datetime, *, ahead: bool) -> tuple[str | None, str | None, bool]:
    """Where the dry walk of these keys ends, typed all at once or one by one when the caller is asked."""
    left = iter(keys)
    typed = Keys(keys) if ahead else Keys((), lambda: next(([key] for key in left), None))
    end = dry_walk(plan, typed, Scene(at, CALLER)).end
    return (None if end.why == "caller hung up" else end.kind), end.line, end.open


async def agree(here: Alone, at: datetime, ways: Sequence[tuple[Sequence[str], bool]]) -> None:
    """Call all these ways, and hold each call against the dry walk of the same keys."""
    async with asyncio.TaskGroup() as tasks:
        calls = [
            tasks.create_task(here.call([key for key in keys if key != UNTOLD], CALLER, ahead=ahead))
            for keys, ahead in ways
        ]
    await here.empty()
    met = [
        (keys, ahead, told(await here.record(call.result()))) for (keys, ahead), call in zip(ways, calls, strict=True)
    ]
    expected = [(keys, ahead, dry(here.plan, keys, at, ahead=ahead)) for keys, ahead in ways]
    assert met == expected


async def test_every_key_path_of_the_shipped_hotline_leads_where_the_dry_walk_says(tmp_path: Path) -> None:
    plan = quick(shipped_plan().plan)
    async with alone(settings_for(tmp_path / "var"), plan, WORKDAY) as here:
        for at in (WORKDAY, NIGHT, HOLIDAY):
            await here.turn_to(at)
            ways = paths(plan, Scene(at, CALLER))
            assert len(ways) > 40
            ahead = [] if at == HOLIDAY else [way for way in ways if SILENCE not in way]  # a holiday is a long night
            await agree(here, at, [(way, False) for way in ways] + [(way, True) for way in ahead])


@pytest.mark.parametrize(
    "at",
    [
        datetime.combine(WORKDAY, datetime.min.time(), WORKDAY.tzinfo) + timedelta(hours=8, minutes=30, seconds=-30),
        datetime.combine(WORKDAY, datetime.min.time(), WORKDAY.tzinfo) + timedelta(hours=8, minutes=30),
    ],
    ids=["half a minute before", "on the minute"],
)
async def test_a_line_opens_on_the_minute(tmp_path: Path, at: datetime) -> None:
    plan = quick(shipped_plan().plan)
    async with alone(settings_for(tmp_path / "var"), plan, at) as here:
        await here.turn_to(at)
        await agree(here, at, [(["1", "4"], False)])


async def test_whatever_operators_may_write_is_walked_as_the_dry_walk_walks_it(tmp_path: Path) -> None:
    drawn: list[tuple[Plan, datetime, list[list[str]]]] = []

    @examples(
        max_examples=8,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(plans(), ANY_TIME, st.lists(st.lists(st.sampled_from("0123456789*#"), max_size=8), min_size=6, max_size=6))
    def draw(plan: Plan, at: datetime, ways: list[list[str]]) -> None:
        drawn.append((quick(plan, 0.6), at, ways))

    draw()
    async with alone(settings_for(tmp_path / "var"), drawn[0][0], drawn[0][1]) as here:
        for plan, at, ways in drawn:
            here.plan = plan
            await here.turn_to(at)
            await agree(here, at, [(way, False) for way in ways])


async def test_a_caller_may_hang_up_wherever_they_are(tmp_path: Path) -> None:
    plan = quick(shipped_plan().plan)
    async with alone(settings_for(tmp_path / "var"), plan, NIGHT) as here:
        ways = {tuple(way[:length]) for way in paths(plan, Scene(NIGHT, CALLER), 2) for length in range(3)}
        await agree(here, NIGHT, [([*way, HANG_UP], False) for way in sorted(ways)])
        assert "0 active channels" in await here.asterisk.command("core show channels count")


async def test_a_caller_is_known_among_hundreds_of_numbers_on_a_day_among_hundreds(tmp_path: Path) -> None:
    plan = quick(shipped_plan().plan)
    message = next(name for name, node in plan.nodes.items() if isinstance(node, nodes.Message))
    days = [str(WORKDAY.date() - timedelta(days=2 * ago)) for ago in reversed(range(300))]
    callers = [*(f"022{number:08}" for number in range(499)), CALLER]
    many = nodes.Case.model_validate({"caller": callers, "dates": days, "then": message})
    absent = nodes.Case(unstaffed="immunization", then=plan.hotline.start)
    known = nodes.Switch(switch=(many, absent), otherwise=message)
    begin = plan.hotline.start
    hotline = plan.hotline.model_copy(update={"start": "known"})
    plan = plan.model_copy(update={"nodes": {**plan.nodes, "known": known}, "hotline": hotline})
    async with alone(settings_for(tmp_path / "var"), plan, WORKDAY) as here:
        ways = {}
        for number in (CALLER, "02200000498", "02200000499"):
            record = await here.record(await here.call([HANG_UP], number))
            ways[number] = record.way[:2]
    assert ways == {
        CALLER: ("known", message),
        "02200000498": ("known", message),
        "02200000499": ("known", begin),
    }


async def test_whatever_a_caller_shows_as_a_number_is_digits_or_nothing(tmp_path: Path) -> None:
    shown = {
        "13900000001": "13900000001",
        "+8613900000001": "+8613900000001",
        "": "",
        "anonymous": "",
        "1390000); DROP": "",
        '"|,${EPOCH}|" <$[1+1]>': "",
        "9" * 20: "9" * 20,
        "9" * 21: "",
    }
    plan = quick(shipped_plan().plan)
    async with alone(settings_for(tmp_path / "var"), plan, NIGHT) as here:
        async with asyncio.TaskGroup() as tasks:
            calls = {number: tasks.create_task(here.call(["1", "4"], number)) for number in shown}
        records = {number: await here.record(call.result()) for number, call in calls.items()}
    assert {number: record.number for number, record in records.items()} == shown
    assert {told(record) for record in records.values()} == {("message", "immunization", False)}


# ── with telephones ─────────────────────────────────────────────────────────


@pytest.fixture
def plan() -> Plan:
    return quick(shipped_plan(ring=2.0).plan, 5.0)


async def test_phones_are_rung_in_turn_and_the_one_who_answers_talks(
    tmp_path: Path, exchange: Exchange, plan: Plan
) -> None:
    settings = settings_for(tmp_path / "var")
    async with alone(settings, plan, WORKDAY) as here:
        switch, secrets = f"127.0.0.1:{settings.sip.port}", keep_secrets(settings.var, plan.agents)
        first = await agent_phone(exchange, switch, "vaccine-1", secrets.phones["vaccine-1"], never_answers)
        second = await agent_phone(exchange, switch, "vaccine-2", secrets.phones["vaccine-2"])
        caller = await exchange.phone(CALLER, switch=switch)
        talk = await (await caller.dial("12320")).answered()
        await talk.press("14")
        ring = await second.ringing(15.0)
        assert ring.number == CALLER
        assert first.live == 0
        answered = await ring.answer()
        await hear_each_other(talk, answered)
        await answered.hang_up()
        assert not (await talk.ended()).by_us
        await here.empty()
        (record,) = here.records()
        for phone in (first, second):
            await phone.unregister()
    assert told(record) == ("line", "immunization", True)
    assert record.talked
    assert record.way[-1] == "immunization"


async def test_outside_numbers_are_reached_by_as_many_as_may(tmp_path: Path, exchange: Exchange, plan: Plan) -> None:
    booking = plan.lines["booking"]
    assert booking.outside is not None
    one = booking.model_copy(update={"outside": booking.outside.model_copy(update={"simultaneous": 1})})
    plan = plan.model_copy(update={"lines": {**plan.lines, "booking": one}})
    carrier = await Carrier.open(exchange)
    settings = settings_for(tmp_path / "var", trunk=int(exchange.address.rpartition(":")[2]))
    async with alone(settings, plan, WORKDAY) as here:
        switch = f"127.0.0.1:{settings.sip.port}"
        talks = []
        for number in (CALLER, "13900000002"):
            phone = await exchange.phone(number, switch=switch)
            talk = await (await phone.dial("12320")).answered()
            await talk.press("3")
            talks.append(talk)
            if number == CALLER:
                await carrier_reached(carrier)
        recording = settings.recordings / "fallback"
        async with asyncio.timeout(15):
            while not list(recording.iterdir()):
                await here.beat()
        assert talks[0].ending is None
        for talk in talks:
            await talk.hang_up()
        await here.empty()
        records = {record.number: record for record in here.records()}
    assert carrier.dialled == [booking.outside.number]
    assert [records[number].talked for number in (CALLER, "13900000002")] == [True, False]
    assert records["13900000002"].way[-1] == "leave-message"


async def carrier_reached(carrier: Carrier) -> None:
    """Wait until the carrier's phone talks."""
    async with asyncio.timeout(10):
        while not any(talk.established for talk in carrier.phone.talks):
            await carrier.phone._exchange.next_frame()


@pytest.mark.parametrize("ends", ["by a key", "by hanging up", "by silence"])
async def test_a_message_is_recorded_however_it_ends(tmp_path: Path, exchange: Exchange, plan: Plan, ends: str) -> None:
    message = plan.nodes["leave-message"].model_copy(update={"silence": 2.0})
    plan = plan.model_copy(update={"nodes": {**plan.nodes, "leave-message": message}})
    settings = settings_for(tmp_path / "var")
    async with alone(settings, plan, NIGHT) as here:
        caller = await exchange.phone(CALLER, switch=f"127.0.0.1:{settings.sip.port}")
        talk = await (await caller.dial("12320")).answered()
        await talk.press("14")
        recordings = settings.recordings / "fallback"
        async with asyncio.timeout(15):
            while not list(recordings.iterdir()):
                await here.beat()
        talk.speak(AGENT_TONE)
        began = talk.handset.seconds
        await talk.until(lambda talk: talk.handset.seconds > began + 3.5)
        talk.hush()
        match ends:
            case "by a key":
                await talk.press("#")
                await talk.ended()
            case "by hanging up":
                await talk.hang_up()
            case _:
                await talk.ended()
        await here.empty()
        (record,) = here.records()
        (file,) = recordings.iterdir()
        assert file.stem == record.id
        with wave.open(str(file)) as sound:
            seconds = sound.getnframes() / sound.getframerate()
    assert told(record) == ("message", "immunization", False)
    assert record.left_a_message
    assert record.spoken is not None
    assert 2 <= record.spoken <= 6
    assert seconds > 3


async def test_a_caller_who_says_nothing_leaves_no_message(tmp_path: Path) -> None:
    plan = quick(shipped_plan().plan)
    message = plan.nodes["leave-message"].model_copy(update={"silence": 1.0})
    plan = plan.model_copy(update={"nodes": {**plan.nodes, "leave-message": message}})
    async with alone(settings_for(tmp_path / "var"), plan, NIGHT) as here:
        record = await here.record(await here.call(["1", "4"], CALLER))
    assert told(record) == ("message", "immunization", False)
    assert not record.left_a_message
