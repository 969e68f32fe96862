"""Which units of the register a name may mean that is none of theirs exactly. Pure.

`天津市卫生监督所`, `卫生监督所` and `市卫生监督所食品科` may all be `市卫生监督所`: one name contains the other, once
the place before it and the department behind it are left out. What is found is a question for a person, no answer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, Protocol, TypeVar

from paperwork.registers.units import bare

_SHORTEST: Final = 2
"""Characters of a name that says anything; of one in Latin letters, such as an id, one more."""
_PLACE: Final = re.compile(
    r"([^省市区县旗州盟镇乡]{0,7}?)(特别行政区|自治区|自治州|自治县|街道|省|市|区|县|旗|州|盟|镇|乡)"
)
_ORGAN: Final = r"(?:所|局|院|站|委|厅|校|园|店|公司|集团|中心|委员会|协会|政府)"
_DEPARTMENT: Final = re.compile(rf"^(.*{_ORGAN})的?[^所局院站]{{1,8}}(?:科|处|室|股|组|办|队|部|病区|门诊|窗口)$")


class Named(Protocol):
    """A unit, as far as its names go."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def also(self) -> tuple[str, ...]: ...


Unit = TypeVar("Unit", bound=Named)


def like(name: str, units: Iterable[Unit]) -> list[Unit]:
    """The units that somebody who writes this may mean, though it is none of their names."""
    return [unit for unit in units if any(_alike(name, known) for known in (unit.id, unit.name, *unit.also))]


def _alike(one: str, other: str) -> bool:
    first, second = bare(one), bare(other)
    if _within(first, second):
        return True
    places, core = _placed(first)
    others, known = _placed(second)
    if any(level in others and not found & others[level] for level, found in places.items()):
        return False  # 和平区 is not 河西区
    return _within(core, known) or _within(_organ(core), _organ(known))


def _within(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST + short.isascii() and short in long


def _placed(name: str) -> tuple[Mapping[str, set[str]], str]:
    """The places that a name begins with, by level, and the rest; a name that is nothing else is left whole."""
    places: dict[str, set[str]] = defaultdict(set)
    rest = name
    while (match := _PLACE.match(rest)) is not None and len(rest) - match.end() >= _SHORTEST:
        if match[1]:
            places[match[2]].add(match[1])
        rest = rest[match.end() :]
    return places, rest


def _organ(name: str) -> str:
    """Without the department behind it."""
    match = _DEPARTMENT.match(name)
    return name if match is None else match[1]
