"""The plan as Mermaid text, for wikis and pages that draw it themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from routing.drawing.chart import Chart
from routing.drawing.flow import flow_of, ways_into
from routing.drawing.lettering import clean, shorten
from routing.drawing.stop import Kind, Lane, Stop, Tone, Way

_SHAPES = {
    Kind.NUMBER: ('(["', '"])'),
    Kind.MENU: ('{{"', '"}}'),
    Kind.SWITCH: ('{"', '"}'),
    Kind.MESSAGE: ('[/"', '"/]'),
    Kind.END: ('(["', '"])'),
    Kind.LINE: ('[["', '"]]'),
}
_PLAIN = ('["', '"]')

_CLASSES = {
    Tone.WORKDAYS: ("workdays", "fill:#edf4fc,stroke:#2a62a8"),
    Tone.ALWAYS: ("always", "fill:#e7f5ec,stroke:#1f7a45"),
    Tone.OTHER: ("other", "fill:#fdf3e0,stroke:#a86a10"),
    Tone.CLOSED: ("closed", "fill:#f1f1f2,stroke:#767c84,stroke-dasharray:5 4"),
}

_ESCAPED = {ord(char): f"#{ord(char)};" for char in '"#&<>`\\{}[]()|;'}
"""Characters that mean something to Mermaid or to the page around it."""

LONGEST = 28.0
"""Words of one prompt, in ems."""


def mermaid(chart: Chart) -> str:
    """A flowchart: every stop once, ways as arrows, what happens otherwise as dotted ones."""
    lines = ["flowchart LR"]
    stops = [branch.stop for tree in chart.trees for branch in tree.walk() if branch.stop is not None]
    lines += (f"  {_stop(chart, stop)}" for stop in stops if stop.kind is not Kind.RULES)
    ways_in = ways_into(chart)
    said = 0
    for stop in stops:
        if stop.kind is Kind.RULES:
            continue  # what holds everywhere would be an arrow from everywhere
        for way in stop.ways:
            number = flow_of(chart, stop, way, ways_in)
            lines.append(f"  {_id(stop.id)} -->{_label(_way_words(chart, way, number))} {_id(way.target)}")
        for lane in stop.lanes:
            said += 1
            lines += (f"  {part}" for part in _lane(stop, lane, f"said_{said}"))
    for tone, (name, look) in _CLASSES.items():
        of_it = ",".join(_id(stop.id) for stop in stops if stop.tone is tone)
        if of_it:
            lines += [f"  classDef {name} {look}", f"  class {of_it} {name}"]
    return "\n".join(lines) + "\n"


def _id(stop: str) -> str:
    """A name that Mermaid takes for nothing else: `end` alone would end a subgraph."""
    return "n_" + re.sub("[^a-z0-9]", "_", stop)


def _text(text: str) -> str:
    return clean(text).translate(_ESCAPED)


def _stop(chart: Chart, stop: Stop) -> str:
    opened, closed = _SHAPES.get(stop.kind, _PLAIN)
    parts = [stop.name]
    if stop.kind is Kind.LINE:
        parts += stop.notes
    elif stop.kind is not Kind.NUMBER:
        parts = [f"{stop.kind} {stop.name}" if stop.name != stop.kind else stop.kind]
        parts += [shorten(text, 1, LONGEST) for text in stop.words[:1]]
    left = chart.left.get(stop.id, 0)
    if left:
        parts.append(f"挂断 {left:,}")
    return f"{_id(stop.id)}{opened}{'<br/>'.join(_text(part) for part in parts if part)}{closed}"


def _way_words(chart: Chart, way: Way, number: int | None) -> str:
    keys = "、".join(way.keys)
    words = " ".join(filter(None, (keys, way.label)))
    if number is None or chart.traffic is None:
        return words
    return (
        f"{words} · {number:,}（{chart.traffic.share(number)}）"
        if words
        else f"{number:,}（{chart.traffic.share(number)}）"
    )


def _label(words: str) -> str:
    return f'|"{_text(words)}"|' if clean(words) else ""


def _lane(stop: Stop, lane: Lane, name: str) -> Iterator[str]:
    """The words on the way stand in a stop of their own, where there are some."""
    if lane.target is None and not lane.hangs_up:
        return
    start = f"{_id(stop.id)} -.->{_label(lane.label)}"
    words = [shorten(text, 1, LONGEST) for text in lane.words] if lane.passes else []
    if words:
        yield f'{start} {name}["{"<br/>".join(map(_text, words))}"]'
        start = f"{name} -.->"
    yield f"{start} {_id(lane.target)}" if lane.target is not None else f'{start} {name}_end(["挂机"])'
