"""Who may not handle an order: the unit that it complains of, whatever it is part of, and the people there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from paperwork.orders.escalation import tellees
from paperwork.orders.likeness import like
from paperwork.orders.rules import Step
from paperwork.orders.state import IllegalMove
from paperwork.orders.units import Unit, Units
from paperwork.orders.words import Told

MOST_ABOVE = 20
"""Units above one another; a register that names two above each other ends here."""


NONE: Final = "none"
"""Said by a person of a name that is like some unit's: it means none of them."""


class Unclear(IllegalMove):
    """Whom an order complains of may be one of these units: somebody has to say which, or that it is none."""

    def __init__(self, against: str, units: tuple[Unit, ...]) -> None:
        names = ", ".join(f"{unit.name} ({unit.id})" for unit in units)
        super().__init__(
            f"{against} is complained of, which may be {names}: "
            f"say which unit is meant with `complained_of`, its id, or `{NONE}` for none of them"
        )
        self.units = units


@dataclass(frozen=True, slots=True)
class Accused:
    """Whom an order complains of, as far as the register knows them; nobody in most orders."""

    units: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    """Their liaisons and leaders, who may be another unit's too."""
    unclear: tuple[Unit, ...] = ()
    """Those of `units` that may be meant, while nobody said whether one is; none where it is clear."""

    @classmethod
    async def of(cls, against: str | None, units: Units, meant: str | None = None) -> Accused:
        """Those meant by what the order says: by their names, or as a person said (`meant`: an id, or NONE).

        Where neither says, all whose names are like it.
        """
        if against is None:
            return cls()
        found = list(await units.named(against))
        unclear = () if found or meant is not None else tuple(like(against, await units.standing()))
        found += unclear
        if meant is not None and meant != NONE and (said := await units.unit(meant)) is not None:
            found.append(said)
        people = frozenset(name for unit in found for _, name in unit.people)
        return cls(frozenset(unit.id for unit in found), people, unclear)


async def above(unit: Unit, units: Units) -> list[Unit]:
    """The unit, and those that it is part of, the nearest first."""
    chain, seen = [unit], {unit.id}
    while (parent := chain[-1].parent) is not None and parent not in seen and len(chain) < MOST_ABOVE:
        found = await units.unit(parent)
        if found is None:
            break
        chain.append(found)
        seen.add(found.id)
    return chain


async def told(step: Step, unit_id: str | None, handler: str, accused: Accused, units: Units) -> list[dict[str, str]]:
    """Who is told of a step, as it is filed: `who` they are, their `name`, and the `unit` of those who have one."""
    unit = None if unit_id is None else await units.unit(unit_id)
    chain = [] if unit is None else await above(unit, units)
    complained_of = any(one.id in accused.units for one in chain)
    found: list[dict[str, str]] = []
    for who in tellees(step, unit_is_complained_of=complained_of):
        if who is Told.HANDLER:
            found.append({"who": str(who), "name": handler})
        elif who is Told.PARENT:
            found += _above(chain, accused)
        elif who.of_unit:
            name = None if unit is None else unit.person(who)
            if name is not None and unit is not None and name not in accused.people:
                found.append({"who": str(who), "name": name, "unit": unit.id})
        else:
            found.append({"who": str(who)})
    return found or [{"who": str(Told.CENTRE)}]


def _above(chain: list[Unit], accused: Accused) -> list[dict[str, str]]:
    for one in chain[1:2]:
        if one.id not in accused.units and one.liaison not in accused.people:
            return [{"who": str(Told.PARENT), "unit": one.id, **({"name": one.liaison} if one.liaison else {})}]
    return []
