"""Unit: who is let in, in which lane, and who hears that all is busy."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from ivr.door.accounts import HOUR, TEN_MINUTES, Accounts, Used
from ivr.door.door import SENTENCE, Arrival, Capacity, Door, Treatment
from ivr.door.throttle import FALLS_EVERY, HIGH, LEAST, LOW, Load, Throttle
from ivr.door.verdict import OVERLOAD, WELCOME, Lane, Verdict, Why
from routing.caller_rule import CallerLimit, Callers, PrefixLimit, UnderAttack

ROOMY = Capacity(calls=1000, kept=0, rate=1000.0, sentences=1000)
FIRST = 13900000000
ANN, BOB, BOT = "13900000001", "13900000002", "13900000099"
LATE = Load(late=1.0)


def call(name: str, number: str = ANN, *, dialled: str = "12320", listed: Treatment | None = None,
         attack: bool = False, load: Load | None = None) -> Arrival:  # fmt: skip
    return Arrival(name, number, dialled, listed, attack, load or Load())


def judged(door: Door, callers: Callers, number: str, times: int, now: float = 0.0) -> list[Verdict]:
    return [door.judge(call(f"{number}-{n}", number), callers, now) for n in range(times)]


# ── limits of callers ────────────────────────────────────────────────────────


def test_without_limits_everybody_is_welcome() -> None:
    assert set(judged(Door(ROOMY), Callers(), ANN, 100)) == {WELCOME}


def test_over_the_limit_there_is_a_slow_lane_before_there_is_a_wall() -> None:
    callers = Callers(number=CallerLimit(per_10m=2), wall=2.0)
    verdicts = judged(Door(ROOMY), callers, BOT, 6)
    assert [verdict.lane for verdict in verdicts] == [Lane.OPEN] * 2 + [Lane.SLOW] * 2 + [Lane.AWAY] * 2
    assert {verdict.why for verdict in verdicts[2:]} == {Why.NUMBER}
    assert verdicts[2].prove
    assert verdicts[2].behind == callers.behind


def test_one_caller_s_calls_are_nothing_to_another() -> None:
    door, callers = Door(ROOMY), Callers(number=CallerLimit(at_once=1), wall=1.0)
    assert judged(door, callers, BOT, 3)[-1].lane is Lane.AWAY
    assert judged(door, callers, ANN, 1) == [WELCOME]


def test_calls_that_ended_make_room_and_calls_sent_away_never_took_any() -> None:
    door, callers = Door(ROOMY), Callers(number=CallerLimit(at_once=1), wall=1.0)
    judged(door, callers, BOT, 5)
    for n in range(5):
        door.leave(f"{BOT}-{n}")
    assert judged(door, callers, BOT, 1) == [WELCOME]


def test_after_ten_minutes_and_after_an_hour_a_number_begins_anew() -> None:
    callers = Callers(number=CallerLimit(per_10m=2, per_hour=3), wall=1.0)
    door = Door(ROOMY)
    assert [one.lane for one in judged(door, callers, BOT, 3)] == [Lane.OPEN, Lane.OPEN, Lane.AWAY]
    assert [one.lane for one in judged(door, callers, BOT, 2, TEN_MINUTES)] == [Lane.OPEN, Lane.AWAY]
    assert [one.lane for one in judged(door, callers, BOT, 1, HOUR - 1)] == [Lane.AWAY]
    assert [one.lane for one in judged(door, callers, BOT, 2, HOUR)] == [Lane.OPEN, Lane.OPEN]


def test_numbers_of_a_prefix_share_its_limit_and_withheld_numbers_theirs() -> None:
    callers = Callers(prefixes=(PrefixLimit(numbers=("1390*",), at_once=2),), withheld=CallerLimit(at_once=1), wall=1.0)
    door = Door(ROOMY)
    assert [judged(door, callers, number, 1)[0].why for number in (ANN, BOB, BOT)] == [None, None, Why.PREFIX]
    assert [one.why for one in judged(door, callers, "", 2)] == [None, Why.WITHHELD]
    assert judged(door, callers, "02200000001", 1) == [WELCOME]


def test_trusted_numbers_have_no_limits() -> None:
    callers = Callers(number=CallerLimit(at_once=1), wall=1.0, trusted=("1390000000*",), priority=("120",))
    assert set(judged(Door(ROOMY), callers, ANN, 20)) == {WELCOME}
    assert set(judged(Door(ROOMY), callers, "120", 20)) == {WELCOME}


def test_under_attack_strangers_prove_themselves_limits_shrink_and_withheld_numbers_go_behind() -> None:
    callers = Callers(
        number=CallerLimit(at_once=4), wall=2.0, trusted=("120",), attack=UnderAttack(share=0.5)
    )  # fmt: skip
    door = Door(ROOMY)
    verdicts = [door.judge(call(str(n), BOT, attack=True), callers, 0.0) for n in range(5)]
    assert [(v.lane, v.prove) for v in verdicts] == [(Lane.OPEN, True)] * 2 + [(Lane.SLOW, True)] * 2 + [
        (Lane.AWAY, False)
    ]
    assert door.judge(call("t", "120", attack=True), callers, 0.0) == WELCOME
    assert door.judge(call("w", "", attack=True), callers, 0.0).lane is Lane.SLOW


def test_the_nuisance_list_blocks_or_slows_and_may_leave_direct_numbers_open() -> None:
    callers = Callers(direct=("02200001200",), trusted=(BOT,))
    door = Door(ROOMY)
    assert door.judge(call("1", BOT, listed=Treatment.BLOCK), callers, 0.0) == Verdict(Lane.AWAY, Why.NUISANCE)
    assert door.judge(call("2", BOT, listed=Treatment.SLOW), callers, 0.0).lane is Lane.SLOW
    direct = call("3", BOT, dialled="02200001200", listed=Treatment.BLOCK)
    assert door.judge(direct, callers, 0.0).lane is Lane.SLOW
    shut = callers.model_copy(update={"blocked_direct": False})
    assert door.judge(direct, shut, 0.0).lane is Lane.AWAY


# ── places and rate ──────────────────────────────────────────────────────────


def test_kept_places_are_for_priority_calls_alone_and_nobody_inside_is_hurt() -> None:
    door = Door(Capacity(calls=10, kept=2, rate=1000.0, sentences=10))
    callers = Callers(priority=("120",), direct=("02200001200",))
    assert [one.why for one in judged(door, callers, ANN, 9)] == [None] * 8 + [Why.CALLS]
    assert door.judge(call("p", "120"), callers, 0.0) == WELCOME
    assert door.judge(call("d", BOB, dialled="02200001200"), callers, 0.0) == WELCOME
    assert door.judge(call("q", "120"), callers, 0.0).why is Why.CALLS
    assert door.inside == 10


def test_who_is_over_a_limit_gets_no_kept_place_by_dialling_a_direct_number() -> None:
    door = Door(Capacity(calls=4, kept=2, rate=1000.0, sentences=10))
    callers = Callers(number=CallerLimit(at_once=1), wall=9.0, direct=("02200001200",))
    judged(door, callers, BOT, 2)
    assert door.judge(call("d", BOT, dialled="02200001200"), callers, 0.0).why is Why.CALLS


def test_a_full_house_lets_nobody_in_until_a_few_places_are_free() -> None:
    door = Door(Capacity(calls=100, kept=0, rate=1000.0, sentences=1000))
    judged(door, Callers(), ANN, 101)
    door.leave(f"{ANN}-0")
    assert door.judge(call("again"), Callers(), 0.0).why is Why.CALLS
    door.leave(f"{ANN}-1")
    assert door.judge(call("now"), Callers(), 0.0) == WELCOME


def test_agents_own_calls_count_and_are_never_judged() -> None:
    door = Door(Capacity(calls=1, kept=0, rate=1.0, sentences=1))
    door.enter("own", (), 0.0)
    assert door.inside == 1
    assert door.judge(call("1"), Callers(), 0.0).why is Why.CALLS


def test_more_sentences_than_the_switch_has_channels_for_are_not_said() -> None:
    door = Door(Capacity(calls=1, kept=0, rate=1000.0, sentences=2))
    assert [one.told for one in judged(door, Callers(), ANN, 5)] == [True, True, True, False, False]
    assert door.judge(call("later"), Callers(), SENTENCE).told


def test_as_the_rate_falls_so_do_the_sentences() -> None:
    door = Door(Capacity(calls=1, kept=0, rate=40.0, sentences=8))
    door.enter("inside", (), 0.0)
    door.throttle.rate = 10.0
    assert [one.told for one in judged(door, Callers(), ANN, 4)] == [True, True, False, False]


def test_a_number_hears_why_it_is_not_let_in_a_few_times_and_then_the_busy_tone() -> None:
    door, callers = Door(ROOMY), Callers(number=CallerLimit(at_once=1), wall=1.0)
    assert [one.told for one in judged(door, callers, BOT, 6)] == [True] * 4 + [False] * 2
    assert [one.told for one in judged(door, callers, ANN, 2)] == [True, True]
    assert door.judge(call("later", BOT), callers, TEN_MINUTES).told


def test_a_burst_is_cut_to_the_rate_and_the_rate_falls_while_we_are_late() -> None:
    throttle = Throttle(40.0)
    assert [throttle.take(Load(), 0.0) for _ in range(50)].count(None) == 40
    assert throttle.take(Load(), 0.0) is Why.RATE
    for fall in range(1, 4):
        throttle.take(LATE, fall * FALLS_EVERY)
    assert throttle.rate == 5.0
    while throttle.take(LATE, 3 * FALLS_EVERY) is None:
        pass
    assert throttle.take(LATE, 3 * FALLS_EVERY) is Why.LATE


def test_between_high_and_low_the_rate_stays_and_in_calm_it_comes_back() -> None:
    throttle = Throttle(40.0)
    throttle.take(LATE, 0.0)
    assert throttle.share == 0.5
    between = Load(late=(HIGH.late + LOW.late) / 2)
    for second in range(1, 60):
        throttle.take(between, float(second))
    assert throttle.rate == 20.0
    for second in range(60, 66):
        throttle.take(Load(), float(second))
    assert throttle.rate == 40.0


@given(
    st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(0.0, 1.0), st.booleans()), max_size=200),
)
def test_whatever_comes_the_rate_keeps_within_its_bounds_and_some_are_always_let_in(
    arrivals: list[tuple[float, float, bool]],
) -> None:
    throttle, now, let_in = Throttle(20.0), 0.0, 0
    for pause, late, much in arrivals:
        now += pause
        let_in += throttle.take(Load(late=late, backlog=10_000 if much else 0), now) is None
        assert LEAST <= throttle.rate <= 20.0
    assert let_in <= 20.0 + now * 20.0
    if arrivals:
        assert let_in >= 1


_STEPS = st.lists(
    st.tuples(st.sampled_from([ANN, BOB, BOT, ""]), st.floats(0.0, 400.0), st.booleans(), st.booleans()), max_size=120
)


@given(_STEPS, st.integers(1, 5), st.integers(1, 8), st.floats(1.0, 4.0))
def test_no_number_ever_has_more_than_its_share_and_places_are_never_oversold(
    steps: list[tuple[str, float, bool, bool]], at_once: int, per_10m: int, wall: float
) -> None:
    limit = CallerLimit(at_once=at_once, per_10m=per_10m)
    callers = Callers(number=limit, withheld=limit, wall=wall)
    door, now = Door(Capacity(calls=12, kept=0, rate=1000.0, sentences=5)), 0.0
    inside: list[tuple[str, str]] = []
    came: dict[str, list[float]] = {}
    for number, (who, pause, ends, attack) in enumerate(steps):
        now += pause
        if ends and inside:
            name, _ = inside.pop(0)
            door.leave(name)
        verdict = door.judge(call(str(number), who, attack=attack), callers, now)
        if verdict.lane is Lane.AWAY:
            assert verdict.why in OVERLOAD | {Why.NUMBER, Why.WITHHELD}
            continue
        inside.append((str(number), who))
        came.setdefault(who, []).append(now)
        assert sum(other == who for _, other in inside) <= max(1.0, at_once * wall)
        assert sum(at > now - TEN_MINUTES for at in came[who]) <= max(1.0, per_10m * wall)
        assert door.inside == len(inside) <= 12


def test_made_up_numbers_do_not_fill_the_memory_and_living_calls_are_not_forgotten() -> None:
    accounts = Accounts(most=10)
    accounts.came("lives", 0.0)
    for n in range(100):
        accounts.came(str(n), float(n))
        accounts.left(str(n))
    assert len(accounts) <= 10
    assert accounts.used("lives", 100.0) == Used(1, 1, 1)
    accounts.left("nobody")


def test_who_did_nothing_for_an_hour_is_forgotten_but_not_who_still_talks() -> None:
    accounts = Accounts()
    accounts.came("lives", 0.0)
    for n in range(100):
        accounts.came(f"early {n}", float(n))
        accounts.left(f"early {n}")
    for n in range(100):
        accounts.came(f"late {n}", HOUR + 100 + n)
    assert len(accounts) == 101
    assert accounts.used("lives", HOUR + 200) == Used(1, 0, 0)
    assert accounts.used("early 99", HOUR + 200) == Used()


def test_a_caller_of_an_hour_takes_little_memory() -> None:
    accounts = Accounts()
    tracemalloc.start()
    try:
        for n in range(10_000):
            accounts.came(str(FIRST + n), float(n) / 20)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken / 10_000 < 500  # bytes: 20,000 of them fit into 10 MiB
