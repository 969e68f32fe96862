"""How many calls went which way, where the counts can tell."""

from __future__ import annotations

from collections import Counter

from routing.drawing.chart import NUMBER, Chart
from routing.drawing.stop import Kind, Stop, Way

_TELLING = frozenset({Kind.MENU, Kind.SAY, Kind.RECALL})
"""Stops whose own steps say which way a call went on."""


def flow_of(chart: Chart, stop: Stop, way: Way, ways_in: Counter[str]) -> int | None:
    """Calls that took a way out of a stop; None where nothing was counted, or the counts can't tell.

    Where a way is taken in silence, by hours or by a number, the calls that came to its end tell, if no other way
    leads there.
    """
    traffic = chart.traffic
    if traffic is None or stop.kind is Kind.FRONT:
        return None
    if stop.id == NUMBER:
        return traffic.calls
    if stop.kind is Kind.SAY:
        return traffic.pressed(stop.id, None)
    if stop.kind in _TELLING and way.keys and len([one for one in stop.ways if one.keys == way.keys]) == 1:
        return traffic.pressed(stop.id, *way.keys)
    if stop.kind is Kind.SURVEY:
        return traffic.visits.get(stop.id, 0)
    return arrivals(chart, way.target) if ways_in[way.target] == 1 else None


def arrivals(chart: Chart, stop: str) -> int | None:
    """Calls that came to a stop; None for one that leaves no trace, such as a switch."""
    traffic = chart.traffic
    if traffic is None or chart.stops[stop].kind in (Kind.SWITCH, Kind.VARIANT, Kind.PRIORITY):
        return None
    if chart.stops[stop].kind is Kind.LINE:
        return sum(number for (line, _), number in traffic.outcomes.items() if line == stop)
    return traffic.visits.get(stop, 0)


def ways_into(chart: Chart) -> Counter[str]:
    """How many ways and lanes lead to each stop."""
    ways = (way.target for stop in chart.stops.values() for way in stop.ways)
    lanes = (lane.target for stop in chart.stops.values() for lane in stop.lanes if lane.target is not None)
    return Counter([*ways, *lanes])
