"""Unit: what rises is seen, what varies by chance or grows steadily is not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from numpy.random import Generator, default_rng

from paperwork.reports.rise import Grade, Rise, Sensitivity, begun, judged, rises

FIRST = date(2026, 1, 5)
DAYS = [FIRST + timedelta(days=ahead) for ahead in range(120)]
SENSE = Sensitivity()


def workday(day: date) -> bool:
    return day.weekday() < 5


def series(chance: Generator, level: float, growth: float = 0.0) -> dict[date, int]:
    """Poisson counts around a level that may grow by so much a day; a third of it at weekends."""
    return {
        day: int(chance.poisson((level * (1 + growth * place)) * (1 if workday(day) else 0.33)))
        for place, day in enumerate(DAYS)
    }


def found(counts: dict[date, int], days: list[date] = DAYS) -> list[Rise]:
    return rises(counts, days, workday, FIRST, SENSE)


@pytest.mark.parametrize(("level", "growth"), [(0.3, 0.0), (3, 0.0), (40, 0.0), (200, 0.0), (60, 0.01), (200, 0.02)])
def test_chance_weekends_and_steady_growth_raise_hardly_an_alarm(level: float, growth: float) -> None:
    alarms = sum(len(found(series(default_rng(seed), level, growth))) for seed in range(20))
    assert alarms <= 10  # of 2,400 days


@pytest.mark.parametrize("level", [5, 40, 130])
@pytest.mark.parametrize(("times", "grades"), [(4, {Grade.RAISED, Grade.STRONG}), (11, {Grade.STRONG})])
def test_a_surge_is_seen_on_its_first_day(level: float, times: int, grades: set[Grade]) -> None:
    seen = 0
    for seed in range(20):
        counts = series(default_rng(seed), level)
        surge = DAYS[100 + seed % 4]  # weekdays of all kinds
        counts[surge] = max(counts[surge] * times, int(level * times))
        told = judged(counts, surge, workday, FIRST, SENSE)
        assert told is not None
        seen += told.grade in grades
    assert seen >= 19


def test_the_vaccine_case_is_seen() -> None:
    """3,989 calls about it in one month, 45,343 in the next."""
    chance = default_rng(3989)
    counts = {day: int(chance.poisson(3989 / 30)) for day in DAYS[:60]}
    counts |= {day: int(chance.poisson(45343 / 30)) for day in DAYS[60:90]}
    told = found(counts, DAYS[:90])
    assert told[0].day == DAYS[60]
    assert told[0].grade is Grade.STRONG
    assert [one.day for one in begun(told)] == [DAYS[60]]


def test_one_odd_day_of_the_past_neither_hides_a_rise_nor_makes_one() -> None:
    counts = dict.fromkeys(DAYS, 40)
    counts[DAYS[70]] = 4000
    assert [one.day for one in found(counts)] == [DAYS[70]]
    counts[DAYS[77]] = 160
    assert [one.day for one in found(counts)] == [DAYS[70], DAYS[77]]


def test_few_calls_are_never_a_rise_and_a_short_past_says_nothing() -> None:
    counts = {DAYS[-1]: SENSE.least - 1}
    assert found(counts) == []
    counts[DAYS[-1]] = SENSE.least
    assert [one.grade for one in found(counts)] == [Grade.STRONG]
    assert judged({DAYS[5]: 900}, DAYS[5], workday, FIRST, SENSE) is None


def test_a_surge_shows_in_every_sharper_or_duller_setting_before_noise_does() -> None:
    """The distance that a surge of four times has lies above that of nearly every day of chance: one threshold parts
    them."""
    chance, surges, noise = default_rng(7), [], []
    for _ in range(30):
        counts = series(chance, 20)
        days = [day for day in DAYS[60:] if workday(day)]
        noise += [one.distance for day in days if (one := judged(counts, day, workday, FIRST, SENSE))]
        counts[days[-1]] *= 4
        if (one := judged(counts, days[-1], workday, FIRST, SENSE)) is not None:
            surges.append(one.distance)
    above = sum(surge > quiet for surge in surges for quiet in noise) / (len(surges) * len(noise))
    assert above > 0.99  # the area under the receiver's curve
