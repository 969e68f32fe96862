"""Shell: a caller asks how their order stands, in every order that things can happen, on a fake switch."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from ivr.events import CallEnded, EndReached, StatusAsked
from ivr.guesses import DAY, HOUR, MOST, Guesses, Mistake
from ivr.inquiry import SpokenState, Standing
from ivr.journal import Entry, from_data, to_data
from ivr.outcomes import Outcome, Reason, StatusResult
from ivr.status import LONGEST_LOOK, SENTENCES, SLOWLY
from records.account import account
from records.account_words import Language
from records.folding import fold
from records.segments import Inquiry as Segment
from records.segments import segment_data, segment_from
from routing.check import read_plan
from tests.ivr.fake_switch import PROMPT
from tests.ivr.house import CALLER, WORKDAY, House, house
from tests.records.test_account import NAMES
from tests.routing.test_status import TEXT

pytestmark = pytest.mark.looptime

ENDS = TEXT.replace("otherwise: leave", "otherwise: bye").replace("  leave:", "  bye: {end: speak}\n  leave:")
PLAN = read_plan({"plan.yaml": ENDS})
ROUND = read_plan({"plan.yaml": TEXT.replace("otherwise: leave", "otherwise: main")})
"""Who cannot be told ends the call in the one, and hears the menu again in the other."""
ORDER, KEYED, FOUR = "2026-000123", "26000123", "0042"
IN_HAND = SpokenState(ORDER, Standing.IN_PROGRESS, date(2026, 12, 1))
"""The caller of this order left 13900000042."""


@dataclass
class Drawer:
    """Whom the hotline asks: knows one order."""

    known: SpokenState = IN_HAND
    after: float = 0.0
    trouble: Exception | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def state(self, number: str, last_four: str) -> SpokenState | None:
        self.asked.append((number, last_four))
        await asyncio.sleep(self.after)
        if self.trouble is not None:
            raise self.trouble
        return self.known if (number, last_four) == (KEYED, FOUR) else None


def heard(h: House) -> list[str]:
    return [sound for channel, sound in h.switch.heard if channel == CALLER]


def results(h: House) -> list[StatusResult]:
    return [asked.result for asked in h.ledger.of(StatusAsked)]


async def asks(h: House, number: str = "13900000042", keys: str = "2") -> None:
    """A caller chooses to ask."""
    h.switch.caller_dials(CALLER, number)
    h.switch.caller_types(CALLER, keys)
    await h.passes(0.1)


async def keys_in(h: House, keyed: str = KEYED, four: str = FOUR) -> None:
    """They key both, each after its question was begun, and wait for the answer to begin."""
    h.switch.caller_types(CALLER, f"{keyed}#")
    await h.passes(0.1)
    h.switch.caller_types(CALLER, four)
    await h.passes(SLOWLY + 0.1)


ANSWER = ["say-status-in-progress", "say-status-due", "say-month-12", "say-day-1", "say-status-choices"]


async def test_a_caller_keys_both_hears_how_it_stands_and_goes_back_to_the_menu() -> None:
    drawer = Drawer()
    async with house(plan=PLAN, inquiry=drawer) as h:
        await asks(h)
        await keys_in(h)
        assert heard(h) == ["key-it", "the-end", "say-status-looking", *ANSWER]
        await h.passes(len(ANSWER) * PROMPT + 6.0)
        assert drawer.asked == [(KEYED, FOUR)]
        assert h.ledger.of(StatusAsked) == [StatusAsked("look", StatusResult.TOLD, ORDER, Standing.IN_PROGRESS)]
        assert [reached.kind for reached in h.ledger.of(EndReached)] == ["information"]
        assert heard(h)[-1] == "choose"
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.end == CallEnded(Outcome.INFORMED, Reason.CALLER_HUNG_UP, "main")
        assert h.is_clean()


async def test_one_hears_it_again_by_1_and_gets_a_person_by_0() -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h)
        await keys_in(h)
        h.switch.caller_types(CALLER, "1")
        await h.passes(1.0)
        assert heard(h)[3:] == [*ANSWER, *ANSWER]
        h.switch.caller_types(CALLER, "70")  # one that is not offered is not heeded
        await h.passes(1.0)
        assert [reached.line for reached in h.ledger.of(EndReached)][:2] == [None, "desk"]


@pytest.mark.parametrize("after", [0.0, 0.5, PROMPT + 1.0])
async def test_a_hash_behind_the_four_digits_cuts_nothing_of_the_answer(after: float) -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h, keys=f"2{KEYED}#{FOUR}" + ("#" if not after else ""))
        if after:
            await h.passes(after)
            h.switch.caller_types(CALLER, "#5")
        await h.passes(12.0)
        assert [sound for sound in heard(h) if sound not in ("choose", "say-status-looking")] == ANSWER


async def test_both_numbers_and_the_key_after_them_may_be_typed_ahead() -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h, keys=f"2{KEYED}#{FOUR}*")
        await h.passes(1.0)
        assert results(h) == [StatusResult.TOLD]
        assert heard(h) == ["choose"]  # no word of it was waited for


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (SpokenState(ORDER, Standing.ANSWERED), ["say-status-answered"]),
        (SpokenState(ORDER, Standing.EXTENDED, date(2026, 11, 20)), ["say-status-extended", "say-status-due"]),
        (SpokenState(ORDER, Standing.HANDED_ON, date(2026, 11, 19)), ["say-status-handed-on", "say-status-overdue"]),
    ],
)
async def test_the_day_is_said_while_it_is_to_come_and_after_it_that_somebody_sees_to_it(
    state: SpokenState, said: list[str]
) -> None:
    async with house(plan=PLAN, inquiry=Drawer(state)) as h:
        await asks(h)
        await keys_in(h)
        assert heard(h)[3 : 3 + len(said)] == said


def test_every_standing_has_a_sentence_and_each_its_own() -> None:
    assert set(SENTENCES) == set(Standing)
    assert len(set(SENTENCES.values())) == len(Standing)


# ── onward without an answer ────────────────────────────────────────────────


@pytest.mark.parametrize("keys", ["*", "26*", f"{KEYED}#*", f"{KEYED}#00*"])
async def test_a_star_goes_back_from_wherever_one_is(keys: str) -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h, keys=f"2{keys}")
        await h.passes(1.0)
        assert heard(h)[-1] == "choose"
        assert results(h) == []


@pytest.mark.parametrize("keys", ["0", f"{KEYED}#0#"])
async def test_a_nought_alone_leads_to_a_person(keys: str) -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h, keys=f"2{keys}")
        await h.passes(1.0)
        assert h.ledger.of(EndReached)[0].line == "desk"
        assert results(h) == []


async def test_a_hash_alone_is_no_number() -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h, keys="2##")
        await h.passes(1.0)
        assert heard(h)[-1] == "choose"
        assert results(h) == []


@pytest.mark.parametrize("keys", ["", KEYED])
async def test_silence_is_asked_about_once_and_then_leads_back(keys: str) -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h, keys=f"2{keys}")
        await h.passes(40.0)
        asked = "the-end" if keys == KEYED else "key-it"
        first = heard(h).index(asked)
        assert heard(h)[first : first + 4] == [asked, "again", asked, "choose"]
        assert results(h) == []


# ── mistakes ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("keyed", "four"),
    [(KEYED, "0043"), ("26000124", FOUR), ("1", FOUR), (KEYED, "004#"), ("13900000042", FOUR)],
)
async def test_whatever_is_wrong_sounds_alike_and_takes_as_long(keyed: str, four: str) -> None:
    async with house(plan=PLAN, inquiry=Drawer(after=0.3)) as h:
        await asks(h)
        h.switch.caller_types(CALLER, f"{keyed}#")
        await h.passes(0.1)
        h.switch.caller_types(CALLER, four)
        await h.passes(SLOWLY - 0.1)
        assert heard(h) == ["key-it", "the-end", "say-status-looking"]
        await h.passes(0.2)
        assert heard(h)[3:] == ["say-status-unmatched", "key-it"]
        assert h.ledger.of(StatusAsked) == [StatusAsked("look", StatusResult.UNMATCHED)]


async def test_the_second_mistake_of_a_plan_that_bears_one_ends_it_for_the_whole_call() -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h)
        await keys_in(h, four="1111")
        await keys_in(h, four="2222")
        await h.passes(PROMPT)
        assert heard(h)[-2:] == ["say-status-unmatched", "say-status-too-often"]
        assert results(h) == [StatusResult.UNMATCHED] * 2 + [StatusResult.REFUSED]
        await h.ledger.noted(CallEnded)
        assert heard(h)[-1] == "speak"  # the way for who cannot be told


async def test_who_comes_back_in_the_same_call_may_ask_no_more() -> None:
    drawer = Drawer()
    async with house(plan=ROUND, inquiry=drawer) as h:
        await asks(h)
        await keys_in(h, four="1111")
        await keys_in(h, four="2222")
        await h.passes(3 * PROMPT)
        h.switch.caller_types(CALLER, "2")
        await h.passes(1.0)
        assert heard(h)[-1] == "say-status-too-often"
        assert len(drawer.asked) == 2


async def test_keys_behind_a_mistake_are_not_taken_for_another_number() -> None:
    drawer = Drawer()
    async with house(plan=PLAN, inquiry=drawer) as h:
        await asks(h, keys=f"2{KEYED}#1111{KEYED}#2222{KEYED}#3333")
        await h.passes(SLOWLY + 1.0)
        assert drawer.asked == [(KEYED, "1111")]


@pytest.mark.parametrize("number", ["13900000042", ""])
async def test_a_caller_with_too_many_mistakes_hears_so_and_nothing_is_looked_up(number: str) -> None:
    guesses = Guesses(Mistake(f"c{n}", number, WORKDAY - timedelta(minutes=30)) for n in range(6))
    drawer = Drawer()
    async with house(plan=PLAN, inquiry=drawer, guesses=guesses) as h:
        await asks(h, number)
        await h.passes(1.0)
        assert heard(h) == ["say-status-too-often"]
        assert (results(h), drawer.asked) == ([StatusResult.REFUSED], [])


async def test_another_caller_may_ask_but_not_about_an_order_that_too_many_guessed_at() -> None:
    mistakes = [Mistake(f"c{n}", f"1390000{n:04}", WORKDAY - timedelta(hours=9), f"20{KEYED}") for n in range(12)]
    drawer = Drawer()
    async with house(plan=PLAN, inquiry=drawer, guesses=Guesses(mistakes)) as h:
        await asks(h)
        h.switch.caller_types(CALLER, f"{KEYED}#{FOUR}")
        await h.passes(1.0)
        assert heard(h)[-1] == "say-status-too-often"
        assert (results(h), drawer.asked) == ([StatusResult.REFUSED], [])


async def test_nobody_knows_where_there_are_no_orders() -> None:
    async with house(plan=PLAN) as h:
        await asks(h)
        await keys_in(h)
        assert results(h) == [StatusResult.FAILED]
        assert "not-now" in heard(h)


# ── trouble ─────────────────────────────────────────────────────────────────


async def test_a_look_up_that_takes_too_long_is_told_after_two_seconds_and_counts_for_no_mistake() -> None:
    async with house(plan=PLAN, inquiry=Drawer(after=60.0)) as h:
        await asks(h)
        h.switch.caller_types(CALLER, f"{KEYED}#{FOUR}")
        await h.passes(LONGEST_LOOK - 0.1)
        assert "not-now" not in heard(h)
        await h.passes(0.2 + PROMPT - LONGEST_LOOK if PROMPT > LONGEST_LOOK else 0.2)
        assert heard(h)[-1] == "not-now"
        assert results(h) == [StatusResult.LATE]
        await h.ledger.noted(CallEnded)
        assert heard(h)[-1] == "speak"


async def test_a_look_up_that_fails_is_told_and_the_log_says_where_but_not_what_was_keyed() -> None:
    async with house(plan=PLAN, inquiry=Drawer(trouble=RuntimeError(f"no table for {KEYED} {FOUR}"))) as h:
        with capture_logs() as logs:
            await asks(h)
            await keys_in(h)
        assert results(h) == [StatusResult.FAILED]
        assert "not-now" in heard(h)
        (told,) = [line for line in logs if line["log_level"] == "error"]
        assert (told["error"], told["at"].startswith("test_status.py:")) == ("RuntimeError", True)
        assert FOUR not in str(logs)
        assert KEYED not in str(logs)


async def test_the_digits_are_in_no_fact_whatever_came_of_them() -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h, number="")
        await keys_in(h, four="7391")
        await keys_in(h)
        facts = " ".join(str(to_data(event)) for event in h.ledger.events)
        assert "7391" not in facts
        assert FOUR not in facts
        assert KEYED not in facts.replace(ORDER, "")


@pytest.mark.parametrize("after", [0.05, 1.0, 2.5, 4.3, 6.2, 9.0])
@pytest.mark.parametrize("slow", [0.0, 1.5, 60.0])
async def test_a_hang_up_in_any_step_leaves_nothing_behind(after: float, slow: float) -> None:
    async with house(plan=ROUND, inquiry=Drawer(after=slow)) as h:
        await asks(h)
        typing = asyncio.get_running_loop()
        typing.call_later(1.0, h.switch.caller_types, CALLER, f"{KEYED}#")
        typing.call_later(2.5, h.switch.caller_types, CALLER, FOUR)
        await h.passes(after)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        await h.passes(1.0)
        assert h.is_clean()
        assert h.end.outcome is (Outcome.INFORMED if StatusResult.TOLD in results(h) else Outcome.LEFT)


@pytest.mark.parametrize("gap", [0.0, 0.01])
async def test_the_last_digit_and_the_hang_up_together_end_one_call_and_no_more(gap: float) -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h)
        h.switch.caller_types(CALLER, f"{KEYED}#{FOUR}")
        if gap:
            await h.passes(gap)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        assert h.is_clean()


# ── another engine goes on, and what is told later ──────────────────────────


async def adopted(h: House, **given: object) -> list[Entry]:
    entries = list(h.ledger.entries)
    h.killed()
    return entries


@pytest.mark.parametrize(
    ("keys", "asked_again"),
    [("", "key-it"), (f"{KEYED}#", "key-it"), (f"{KEYED}#{FOUR}", "key-it")],
)
async def test_the_next_engine_asks_from_the_beginning(keys: str, asked_again: str) -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h)
        h.switch.caller_types(CALLER, keys)
        await h.passes(1.0 if len(keys) < 12 else SLOWLY)
        before, switch = await adopted(h), h.switch
    async with house(plan=PLAN, inquiry=Drawer(), before=before, switch=switch) as h:
        count = len(heard(h))
        await h.passes(2.0)
        assert asked_again in heard(h)[count:]
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        told = any(isinstance(entry.event, StatusAsked) for entry in before)
        assert h.end.outcome is (Outcome.INFORMED if told else Outcome.LEFT)


async def test_the_next_engine_sends_on_who_could_not_be_told() -> None:
    async with house(plan=PLAN) as h:
        await asks(h)
        await keys_in(h)
        assert results(h) == [StatusResult.FAILED]
        before, switch = await adopted(h), h.switch
    async with house(plan=PLAN, before=before, switch=switch) as h:
        await h.ledger.noted(CallEnded)
        assert heard(h)[-1] == "speak"


async def test_the_record_and_the_account_tell_what_was_asked() -> None:
    async with house(plan=PLAN, inquiry=Drawer()) as h:
        await asks(h)
        await keys_in(h, four="1111")
        await keys_in(h)
        h.switch.ends(CALLER)
        await h.ledger.noted(CallEnded)
        entries = h.ledger.entries
    record = fold(entries)
    asked = [segment for segment in record.segments if isinstance(segment, Segment)]
    assert [(one.came, one.order, one.standing) for one in asked] == [
        (StatusResult.UNMATCHED, None, None),
        (StatusResult.TOLD, ORDER, Standing.IN_PROGRESS),
    ]
    assert [segment_from(segment_data(one)) for one in asked] == asked
    assert record.keys == "2"
    sentences = [sentence.text for sentence in account(entries, Language.ZH, NAMES)]
    assert "查询工单：编号和电话号码后四位对不上。" in sentences
    assert f"查询工单 {ORDER}：听到“办理中”。" in sentences


@pytest.mark.parametrize(
    "event", [StatusAsked("look", StatusResult.TOLD, ORDER, Standing.DONE), StatusAsked("look", StatusResult.LATE)]
)
def test_the_fact_comes_back_from_its_data_as_it_was(event: StatusAsked) -> None:
    back = from_data("StatusAsked", to_data(event))
    assert back == event
    assert isinstance(back, StatusAsked)
    assert type(back.standing) is type(event.standing)


# ── counting ────────────────────────────────────────────────────────────────

AT = datetime.fromisoformat("2026-11-20T10:00:00+08:00")


def test_mistakes_are_counted_by_call_by_caller_and_by_order_and_forgotten_after_a_day() -> None:
    guesses = Guesses()
    guesses.made(Mistake("c1", "139", AT, "26000123"))
    guesses.made(Mistake("c2", "139", AT + timedelta(minutes=50), "2026000123"))
    later = AT + timedelta(minutes=70)
    assert (guesses.of_call("c1", later), guesses.of_call("c3", later)) == (1, 0)
    assert (guesses.of_number("139", later, HOUR), guesses.of_number("139", later, DAY)) == (1, 2)
    assert guesses.about("26000123", later) == 2
    assert guesses.of_number("139", AT + DAY, DAY) == 1
    assert guesses.of_number("138", later, DAY) == 0


def test_so_many_callers_are_remembered_and_the_oldest_are_forgotten_first() -> None:
    guesses = Guesses(Mistake("c", str(number), AT) for number in range(MOST + 1))
    assert (guesses.of_number("0", AT, DAY), guesses.of_number("1", AT, DAY)) == (0, 1)
    guesses.made(Mistake("c", "late", AT + DAY))
    assert guesses.of_number("1", AT + timedelta(hours=1), DAY) == 0
