"""The cards of the drawing: what stands on each, and how large it is."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, pi, sin

from routing.drawing.chart import Chart
from routing.drawing.ink import SIZES, Box, Face, Group, Rect, Shape, Stroke, Words, fitting, wide
from routing.drawing.lettering import shorten, wrap
from routing.drawing.stop import Kind, Lane, Stop, Tone
from routing.hours import WHOLE_DAY, Span

PAD = 12.0
LINE_HEIGHT = 17.0
LANE_HEIGHT = 24.0
CHIP = 21.0
"""Height of chips and letters."""

NAMED_PART = 292.0
"""Width of a line's card up to its lanes."""

LABEL, WIDEST_LABEL = 92.0, 184.0
"""Width of what says when, on the lanes of a line: as wide as its longest, so that no figure is cut off."""

WIDTHS = {Kind.NUMBER: 138.0, Kind.LINE: 712.0, Kind.RULES: 560.0}
OTHER_WIDTH = 222.0

MOST_WORDS = {Kind.SAY: 3, Kind.END: 3, Kind.FRONT: 4}
MOST_RECORDINGS = 6

LOOKS = {Tone.WORKDAYS: "workdays", Tone.ALWAYS: "always", Tone.OTHER: "other", Tone.CLOSED: "closed"}

DIAL = 9.0
"""Radius of the dial that shows a line's hours."""


def card_width(stop: Stop) -> float:
    return WIDTHS.get(stop.kind, OTHER_WIDTH)


def card_height(chart: Chart, stop: Stop) -> float:
    if stop.kind is Kind.LINE:
        lanes = PAD + LANE_HEIGHT * len(stop.lanes) + (LINE_HEIGHT + 6 if _tallies(chart, stop) else 0)
        return max(PAD + 22 + 20 * len(_told(chart, stop)) + 6, lanes)
    if stop.kind is Kind.NUMBER:
        return 88.0
    rows = len(_told(chart, stop)) + (1 if _tallies(chart, stop) else 0)
    return PAD + 22 + LINE_HEIGHT * rows + LANE_HEIGHT * len(stop.lanes) + 12


def card(chart: Chart, stop: Stop, x: float, y: float) -> Group:
    """The card of a stop with its upper left corner there."""
    box = Box(x, y, card_width(stop), card_height(chart, stop))
    draw = {Kind.LINE: _line, Kind.NUMBER: _number}.get(stop.kind, _node)
    return Group(stop.full, tuple(draw(chart, stop, box)), box, "" if stop.id.startswith("+") else stop.id)


def _told(chart: Chart, stop: Stop) -> list[tuple[Face, str]]:
    """The lines of a card below its name."""
    if stop.kind is Kind.LINE:
        _, hours, staff = stop.notes
        return [(Face.HOURS, hours), (Face.WORDS, staff)]
    width = card_width(stop) - 2 * PAD
    kind = "" if _title(chart, stop) == stop.kind else f"{stop.kind} · "
    about = f"{kind}{stop.id}" if not stop.id.startswith("+") else stop.kind if stop.kind is Kind.FRONT else ""
    head = [(Face.SMALL, about)] if about else []
    if stop.kind is Kind.INFORMATION:
        told = stop.words if len(stop.words) <= MOST_RECORDINGS else (*stop.words[: MOST_RECORDINGS - 1], "…")
        words = tuple(shorten(text, SIZES[Face.WORDS], width) for text in told)
    else:
        words = wrap(" ".join(stop.words), SIZES[Face.WORDS], width, MOST_WORDS.get(stop.kind, 2))
    notes = [line for note in stop.notes for line in wrap(note, SIZES[Face.SMALL], width, 2)]
    return [*head, *((Face.WORDS, line) for line in words), *((Face.SMALL, line) for line in notes)]


def _tallies(chart: Chart, stop: Stop) -> str:
    """What the counted calls did here and no arrow shows."""
    traffic = chart.traffic
    if traffic is None or stop.kind in (Kind.RULES, Kind.FRONT):
        return ""
    told: list[tuple[str, int]] = []
    if stop.kind is Kind.LINE:
        came = {outcome: n for (line, outcome), n in traffic.outcomes.items() if line == stop.id}
        named = (("接通", "talked"), ("留言", "message"), ("听录音", "informed"), ("等候中挂断", "abandoned"))
        told = [("来电", sum(came.values())), *((name, came.get(outcome, 0)) for name, outcome in named)]
    else:
        if stop.kind in (Kind.MENU, Kind.RECALL, Kind.SURVEY, Kind.INFORMATION):
            told.append(("不按键", traffic.pressed(stop.id, None)))
        if stop.kind is Kind.MENU:
            offered = {key for way in stop.ways for key in way.keys}
            wrong = (n for (node, key), n in traffic.steps.items() if node == stop.id and key and key not in offered)
            told.append(("按错", sum(wrong)))
        if stop.kind is Kind.MESSAGE:
            told.append(("来到", traffic.visits.get(stop.id, 0)))
        told.append(("挂断", chart.left.get(stop.id, 0)))
    return " · ".join(f"{name} {number:,}" for name, number in told if number)


def _frame(chart: Chart, stop: Stop, box: Box, look: str) -> Iterator[Shape]:
    yield Rect(look + (" unreached" if stop.id in chart.unreached else ""), box, 7)


def _head(chart: Chart, stop: Stop, box: Box, left: float) -> Iterator[Shape]:
    """The name, and the letter by which others refer to the card."""
    letter = chart.letters.get(stop.id)
    room = box.width - left - PAD
    if letter is not None:
        room -= badge_width(letter) + 6
        yield from badge(letter, box.x + box.width - PAD - badge_width(letter), box.y + PAD - 4)
    yield fitting(Face.NAME, box.x + left, box.y + PAD + 12, _title(chart, stop), room)


def _title(chart: Chart, stop: Stop) -> str:
    """A card that others refer to bears the name by which they do."""
    return stop.name if stop.named or stop.id in chart.letters else stop.kind


def _node(chart: Chart, stop: Stop, box: Box) -> Iterator[Shape]:
    yield from _frame(chart, stop, box, f"card {stop.kind.name.lower()}")
    yield from _head(chart, stop, box, PAD)
    y, width = box.y + PAD + 22, box.width - 2 * PAD
    if stop.id in chart.unreached:
        yield fitting(Face.SMALL, box.x + PAD, box.y - 4, "没有来路", width, "quiet")
    for face, text in _told(chart, stop):
        yield fitting(face, box.x + PAD, y + 12, text, width, "quiet" if face is Face.SMALL else "")
        y += LINE_HEIGHT
    for lane in stop.lanes:
        yield from _lane(chart, lane, Box(box.x + PAD, y + 2, width, LANE_HEIGHT))
        y += LANE_HEIGHT
    if tally := _tallies(chart, stop):
        yield fitting(Face.COUNT, box.x + PAD, y + 15, tally, width, "tally")


def _number(chart: Chart, stop: Stop, box: Box) -> Iterator[Shape]:
    yield from _frame(chart, stop, box, "card start")
    middle = box.x + box.width / 2
    yield Words(Face.SMALL, middle, box.y + 25, "拨打", "middle", "bright")
    wanted = Face.NUMBER if wide(Face.NUMBER, stop.name) <= box.width - 2 * PAD else Face.WORDS
    room = fitting(wanted, 0, 0, stop.name, box.width - PAD).text
    yield Words(wanted, middle, box.y + 54, room, "middle", "bright")
    if chart.traffic is not None:
        yield Words(Face.COUNT, middle, box.y + 75, f"{chart.traffic.calls:,} 通", "middle", "bright")


def _line(chart: Chart, stop: Stop, box: Box) -> Iterator[Shape]:
    look = LOOKS[stop.tone or Tone.OTHER]
    yield from _frame(chart, stop, box, f"card {look}")
    yield Rect(f"stripe {look}", Box(box.x, box.y, 8, box.height), 3)
    left, right = box.x + PAD + 8, box.x + NAMED_PART - PAD
    letter = chart.letters.get(stop.id)
    room = right - left
    if letter is not None:
        room -= badge_width(letter) + 6
        yield from badge(letter, right - badge_width(letter), box.y + PAD - 4)
    name = fitting(Face.NAME, left, box.y + PAD + 12, stop.name, room)
    yield name
    y = box.y + PAD + 22
    yield from _dial(chart, stop, left + DIAL, y + 8.5, look)
    hours = fitting(Face.HOURS, left + 2 * DIAL + 6, y + 13, stop.notes[1], right - left - 2 * DIAL - 6)
    yield hours
    yield from _aside(name, left + room, stop.notes[0])
    yield from _aside(hours, right, f"没有来路 {stop.id}" if stop.id in chart.unreached else stop.id)
    yield fitting(Face.WORDS, left, y + 34, stop.notes[2], right - left)
    tally = _tallies(chart, stop)
    y = box.y + (box.height - LANE_HEIGHT * len(stop.lanes) - (LINE_HEIGHT + 6 if tally else 0)) / 2
    if tally:
        yield fitting(Face.COUNT, right + 2 * PAD, y + 15, tally, box.width - NAMED_PART - 2 * PAD)
        y += LINE_HEIGHT + 6
    yield Stroke("divide", f"M{right + PAD:.1f} {box.y + 10:.1f}V{box.y + box.height - 10:.1f}")
    label = max((wide(Face.SMALL, lane.label) + 14 for lane in stop.lanes), default=LABEL)
    for lane in stop.lanes:
        lane_box = Box(right + 2 * PAD, y, box.width - NAMED_PART - 2 * PAD, LANE_HEIGHT)
        yield from _lane(chart, lane, lane_box, label=min(max(label, LABEL), WIDEST_LABEL))
        y += LANE_HEIGHT


def _aside(after: Words, right: float, text: str) -> Iterator[Words]:
    """A quiet word behind another, if there is room for some of it."""
    x = after.x + after.box.width + 10
    if text and right - x > 40:
        yield fitting(Face.SMALL, x, after.base, text, right - x, "quiet")


def _dial(chart: Chart, stop: Stop, x: float, y: float, look: str) -> Iterator[Shape]:
    """A clock of 24 hours, midnight on top, with the hours of the line's first rule filled."""
    yield Stroke("dial", f"M{x:.1f} {y - DIAL:.1f}a{DIAL} {DIAL} 0 1 1 -0.01 0z")
    rules = chart.plan.calendar.hours.get(stop.hours or "", ())
    for span in rules[0].open if rules else ():
        yield Stroke(f"sector {look}", sector(x, y, span))


def sector(x: float, y: float, span: Span) -> str:
    """The part of a dial that a span of the day fills."""
    begin, end = (2 * pi * (edge / WHOLE_DAY) for edge in span)
    end = min(end, begin + 2 * pi - 0.001)
    (x1, y1), (x2, y2) = ((x + DIAL * sin(turn), y - DIAL * cos(turn)) for turn in (begin, end))
    large = 1 if end - begin > pi else 0
    return f"M{x:.1f} {y:.1f}L{x1:.2f} {y1:.2f}A{DIAL} {DIAL} 0 {large} 1 {x2:.2f} {y2:.2f}z"


def _lane(chart: Chart, lane: Lane, box: Box, label: float | None = None) -> Iterator[Shape]:
    """What leads elsewhere: when, the words on the way, and the letter of where it goes."""
    size = min(wide(Face.SMALL, lane.label) + 14, box.width / 2) if label is None else label
    yield Rect("when", Box(box.x, box.y + 2, size, CHIP), 4)
    yield fitting(Face.SMALL, box.x + 7, box.y + 16.5, lane.label, size - 14)
    x, room = box.x + size + 6, box.width - size - 6
    number = sum(chart.left.get(node, 0) for node in lane.passes)
    left = f"挂断 {number:,}" if number else ""
    if lane.target is not None:
        room -= reference_width(chart, lane.target, min(room, 168))
    elif lane.hangs_up:
        room -= wide(Face.SMALL, "挂机") + 8
    if left and room > wide(Face.COUNT, left) + 40:
        room -= wide(Face.COUNT, left) + 8
    else:
        left = ""
    if lane.words and room > 50:
        said = fitting(Face.WORDS, x, box.y + 16.5, f"「{' '.join(lane.words)}」", room - 8, "said")
        yield said
        x += said.box.width + 6
    if left:
        yield Words(Face.COUNT, x, box.y + 16.5, left, look="tally")
        x += wide(Face.COUNT, left) + 8
    if lane.target is not None:
        yield from reference(chart, lane.target, x, box.y + 2, min(box.x + box.width - x, 168))
    elif lane.hangs_up:
        yield Words(Face.SMALL, x + 4, box.y + 16.5, "挂机")


def reference(chart: Chart, target: str, x: float, y: float, most: float = 190) -> Iterator[Shape]:
    """`→`, the letter of a card that is drawn elsewhere, and its name."""
    letter = chart.letters[target]
    middle = y + CHIP / 2
    yield Stroke("arrow", f"M{x:.1f} {middle:.1f}h9m-4 -4l4 4l-4 4")
    yield from badge(letter, x + 14, y + 1)
    at = x + 14 + badge_width(letter) + 5
    yield fitting(Face.WORDS, at, y + 15, chart.name(target), x + most - at)


def reference_width(chart: Chart, target: str, most: float = 190) -> float:
    return min(19 + badge_width(chart.letters[target]) + wide(Face.WORDS, chart.name(target)), most)


def badge_width(letter: str) -> float:
    return max(19.0, wide(Face.LETTER, letter) + 9)


def badge(letter: str, x: float, y: float) -> Iterator[Shape]:
    width = badge_width(letter)
    yield Rect("tag", Box(x, y, width, 19), 9.5)
    yield Words(Face.LETTER, x + width / 2, y + 13.7, letter, "middle", "bright")
