"""Unit over a real socket and a fake switch: the floor through the door for commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hotline.control import Refused
from ivr.events import CallEnded, CallerBack, CallerHeld, CallRaised, Offered, TalkBegan, WaitBegan
from tests.ivr.fake_switch import Behaviour
from tests.service.floor_house import FloorHouse, floor_house

NUMBER = "13800138000"
ANSWERS = Behaviour(answers_after=0.02)


@pytest.fixture(autouse=True)
def _short_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ivr.fake_switch.PROMPT", 0.01)


async def talking(f: FloorHouse) -> str:
    """A caller talks with ann; the call's id."""
    f.house.switch.caller_dials("caller", NUMBER)
    f.house.switch.caller_types("caller", "1")
    await f.house.ledger.noted(TalkBegan)
    return f.house.ledger.entries[0].call


async def test_the_floor_is_told_whole_and_no_number_with_it(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        call = await talking(f)
        f.house.switch.caller_dials("second", NUMBER)
        f.house.switch.caller_types("second", "1")
        await f.house.ledger.noted(WaitBegan, 2)
        floor = await f.get("/floor")
        desk, night = floor["lines"]
        assert (desk["id"], desk["name"], desk["open"], desk["waiting_calls"]) == ("desk", "咨询", True, 1)
        assert (night["waiting_calls"], night["agents"]["talking"]) == (0, 1)
        (place,) = desk["waiting"]
        assert (place["place"], place["number"], place["urgent"], place["rings"]) == (1, "138****8000", False, False)
        (talk,) = floor["talks"]
        assert (talk["call"], talk["line"], talk["agent"], talk["state"]) == (call, "desk", "ann", "talking")
        ann, bob, chief = floor["agents"]
        assert (ann["presence"], ann["lines"], ann["phones"]) == ("talking", {"desk": 1, "night": 1}, {"ann": True})
        assert (bob["presence"], bob["phones"], chief["leader"]) == ("offline", {"bob": False}, True)
        assert NUMBER not in json.dumps(floor)


async def test_a_call_that_leaves_no_number_shows_none_to_whoever_asks_wherever_it_is_now(tmp_path: Path) -> None:
    quiet: set[str] = set()
    async with floor_house(tmp_path, {"ann": ANSWERS}, quiet=quiet) as f:
        call = await talking(f)
        assert f.state.to_json(private=True)["talks"][0]["number"] == NUMBER
        quiet.add(call)
        assert f.state.to_json(private=True)["talks"][0]["number"] == "138****8000"


async def test_a_talk_that_can_only_go_on_or_end_says_so(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        await talking(f)
        assert [one["fixed"] for one in (await f.get("/floor"))["talks"]] == [False]
        f.house.switch.fixed.add("caller")
        assert [one["fixed"] for one in (await f.get("/floor"))["talks"]] == [True]
        with pytest.raises(Refused, match="can only go on or end"):
            await f.desk("ann", "hold")


async def test_an_agent_takes_a_break_with_a_reason_of_the_plan_and_comes_back(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        await f.house.passes(0.01)
        assert (await f.desk("ann", "break", reason="lunch"))["presence"] == "break"
        assert (await f.agent("ann"))["reason"] == "lunch"
        assert (await f.desk("ann", "ready"))["presence"] == "ready"
        assert (await f.desk("ann", "ready"))["presence"] == "ready"


async def test_a_break_that_is_wished_in_a_talk_begins_after_it_and_can_be_taken_back(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        await talking(f)
        told = await f.desk("ann", "break", reason="lunch")
        assert (told["presence"], told["wish"]) == ("talking", "lunch")
        assert (await f.desk("ann", "ready"))["wish"] is None
        with pytest.raises(Refused, match="ann is in a talk: they are ready by themselves after it"):
            await f.desk("ann", "ready")


async def test_an_agent_holds_the_caller_takes_them_back_hangs_up_and_extends_the_wrap_up(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        await talking(f)
        await f.desk("ann", "hold")
        assert f.house.ledger.of(CallerHeld)
        assert (await f.get("/floor"))["talks"][0]["state"] == "held"
        await f.desk("ann", "resume")
        assert f.house.ledger.of(CallerBack)
        await f.desk("ann", "hangup")
        await f.house.ledger.noted(CallEnded)
        assert (await f.desk("ann", "extend", seconds=600))["presence"] == "wrap_up"
        assert (await f.desk("ann", "ready"))["presence"] == "ready"


async def test_the_floor_tells_how_long_a_caller_is_held_whether_it_is_recorded_and_who_rings_whom(
    tmp_path: Path,
) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS, "bob": Behaviour()}) as f:
        call = await talking(f)
        await f.desk("ann", "hold")
        f.house.switch.caller_dials("second", NUMBER)
        f.house.switch.caller_types("second", "1")
        await f.house.ledger.noted(Offered, 2)
        floor = await f.get("/floor")
        (talk,) = floor["talks"]
        assert (talk["call"], talk["recording"], talk["leaders"]) == (call, "off", [])
        assert talk["held"]["since"] <= floor["now"]
        (offer,) = floor["offers"]
        assert (offer["agent"], offer["number"], offer["line"]) == ("bob", "138****8000", "desk")
        assert 0.0 <= offer["waited"] < 60.0
        assert (floor["front"], floor["attack"]["on"], floor["agents"][0]["browser"]) == (None, False, None)
        await f.desk("ann", "resume")
        assert (await f.get("/floor"))["talks"][0]["held"] is None
        with pytest.raises(Refused, match="ann: this talk is not recorded"):
            await f.desk("ann", "pause-recording")
        with pytest.raises(Refused, match="ann: you cannot come back to it by yourself"):
            await f.desk("ann", "return")
        with pytest.raises(Refused, match="bob is not in a talk"):
            await f.desk("bob", "return")


async def test_an_agent_passes_the_caller_on_to_another(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS, "bob": ANSWERS}) as f:
        await talking(f)
        await f.desk("ann", "transfer", to="agent:bob")
        await f.house.ledger.noted(TalkBegan, 2)
        (talk,) = (await f.get("/floor"))["talks"]
        assert talk["agent"] == "bob"


async def test_an_agent_asks_another_first_and_then_all_three_talk(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS, "bob": ANSWERS}) as f:
        await talking(f)
        await f.desk("ann", "transfer", to="agent:bob", warm=True)
        await f.house.ledger.until(lambda: len(f.house.board.dispatch.floor.talks()) == 2)
        with pytest.raises(Refused, match=r"^ann: .*you talk with whom you asked"):
            await f.desk("ann", "hold")
        await f.desk("ann", "merge")
        talks = (await f.get("/floor"))["talks"]
        assert {(talk["agent"], talk["state"], tuple(talk["with"])) for talk in talks} == {
            ("ann", "together", ("bob",)),
            ("bob", "together", ("ann",)),
        }
        assert all(talk["number"] == "138****8000" for talk in talks)


@pytest.mark.parametrize(
    ("agent", "verb", "data", "words"),
    [
        ("nobody", "ready", {}, "there is no agent 'nobody' on the floor"),
        ("ann", "sing", {}, "'sing' is nothing that can be done; there is ready, break"),
        ("bob", "ready", {}, "bob has no phone registered"),
        ("ann", "break", {"reason": "sulk"}, "'sulk' is no reason of a break; there is own_wish, lunch"),
        ("ann", "extend", {"seconds": 30}, "ann is not in wrap-up"),
        ("ann", "hold", {}, "ann is not in a talk"),
        ("ann", "hangup", {}, "ann is not in a talk"),
        ("ann", "transfer", {"to": "bob"}, "`to` is line:ID, agent:ID or number:N"),
        ("ann", "transfer", {"to": "line:desk"}, "ann is not in a talk"),
    ],
)
async def test_what_does_not_fit_is_refused_in_one_line(
    tmp_path: Path, agent: str, verb: str, data: dict[str, object], words: str
) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        await f.house.passes(0.01)
        with pytest.raises(Refused) as refused:
            await f.desk(agent, verb, **data)
        assert str(refused.value).startswith(words)
        assert "\n" not in str(refused.value)


async def test_a_leader_moves_an_agent_between_lines_and_gives_the_plans_lines_back(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"bob": ANSWERS}) as f:
        await f.house.passes(0.01)
        assert (await f.lead("chief", "move", agent="bob", lines={"night": 1}))["lines"] == {"night": 1}
        assert (await f.agent("bob"))["moved"]
        f.house.switch.caller_dials("caller", NUMBER)
        f.house.switch.caller_types("caller", "2")
        await f.house.ledger.noted(TalkBegan)
        assert f.house.ledger.of(TalkBegan)[0].agent == "bob"
        moved_back = await f.lead("chief", "move", agent="bob", lines=None)
        assert (moved_back["lines"], moved_back["moved"]) == ({"desk": 2}, False)


async def test_a_leader_raises_a_waiting_call_before_another(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": Behaviour()}) as f:
        for caller in ("first", "second", "third"):
            f.house.switch.caller_dials(caller, NUMBER)
            f.house.switch.caller_types(caller, "1")
        await f.house.ledger.noted(WaitBegan, 3)
        waiting = (await f.get("/floor"))["lines"][0]["waiting"]
        last = waiting[2]["call"]
        assert (await f.lead("chief", "raise", call=last))["ahead"] == 0
        raised = (await f.get("/floor"))["lines"][0]["waiting"][0]
        assert (raised["call"], raised["urgent"]) == (last, True)
        assert f.house.ledger.of(CallRaised) == [CallRaised("chief")]


@pytest.mark.parametrize(
    ("leader", "verb", "data", "words"),
    [
        ("ann", "raise", {"call": "t-1"}, "ann is no shift leader"),
        ("zoe", "raise", {"call": "t-1"}, "there is no agent 'zoe' in the live plan"),
        ("chief", "raise", {"call": "t-1"}, "t-1 does not wait on a line"),
        ("chief", "flag", {"call": "t-1"}, "this call is over"),
        ("chief", "move", {"agent": "ann", "lines": {"nowhere": 1}}, "there is no line 'nowhere' in the live plan"),
        ("chief", "move", {"agent": "ann", "lines": {"desk": 0}}, "the level of desk is a number from 1 to 9"),
        ("chief", "move", {"agent": "ann", "lines": {}}, "`lines` maps lines to levels"),
    ],
)
async def test_a_leader_too_is_told_what_does_not_fit(
    tmp_path: Path, leader: str, verb: str, data: dict[str, object], words: str
) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        with pytest.raises(Refused) as refused:
            await f.lead(leader, verb, **data)
        assert str(refused.value).startswith(words)


async def test_why_is_told_over_the_door_with_the_reasons_that_the_floor_gave(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS, "bob": ANSWERS}) as f:
        await f.house.passes(0.01)
        await f.desk("bob", "break", reason="lunch")
        call = await talking(f)
        f.house.switch.ends("caller")
        await f.house.ledger.noted(CallEnded)
        await f.written()
        answer = await f.get(f"/why?call={call}")
        texts = [sentence["text"] for sentence in answer["sentences"]]
        assert answer["call"] == call
        (rang,) = (text for text in texts if text.startswith("振铃 ann（咨询，"))
        assert "当时只有 ann 能接" in rang
        assert "没有振铃的：bob 小休（午餐）。" in rang
        english = [s["text"] for s in (await f.get("/why?call=last&lang=en"))["sentences"]]
        assert any("bob on a break (午餐)" in text for text in english)
        about_bob = await f.get(f"/why?agent=bob&at={f.clock.now().isoformat().replace('+', '%2B')}")
        assert [s["text"] for s in about_bob["sentences"]] == [f"来电 {call}（咨询）没有振铃 bob：小休（午餐）。"]
        assert NUMBER not in json.dumps(answer)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("call=t-404", "the journal has no call 't-404'"),
        ("call=last", "the journal has no call 'last'"),
        ("", "ask for `call`, or for `agent` and `at`"),
        ("call=x&lang=fr", "`lang` is zh or en"),
        ("agent=ann&at=noon", "`at` is not a time"),
    ],
)
async def test_a_why_that_cannot_be_answered_says_so(tmp_path: Path, query: str, words: str) -> None:
    async with floor_house(tmp_path, {}) as f:
        with pytest.raises(Refused) as refused:
            await f.get(f"/why?{query}")
        assert str(refused.value).startswith(words)


async def test_the_times_of_an_agent_add_up_to_the_time_that_was_asked_for(tmp_path: Path) -> None:
    async with floor_house(tmp_path, {"ann": ANSWERS}) as f:
        began = f.clock.now()
        await talking(f)
        await f.house.passes(0.05)
        f.house.switch.ends("caller")
        await f.house.ledger.noted(CallEnded)
        await f.written()
        told = await f.get(f"/floor/times?agent=ann&from={began.isoformat().replace('+', '%2B')}")
        (ann,) = told["agents"]
        assert ann["seconds"]["talking"] > 0
        whole = sum(stint["seconds"] for stint in ann["stints"])
        assert sum(ann["seconds"].values()) == pytest.approx(whole, abs=0.005)
        assert {stint["line"] for stint in ann["stints"] if stint["presence"] == "talking"} == {"desk"}
        with pytest.raises(Refused, match="`from` must be past"):
            await f.get("/floor/times?from=2099-01-01")
