"""Where everything stands on the sheet: the main tree, then the sections, beside it or below."""

from __future__ import annotations

from routing.drawing.chart import Chart
from routing.drawing.headline import Inscription, headline
from routing.drawing.ink import SIZES, Face, Group, Sheet, Stroke, Words
from routing.drawing.lettering import shorten
from routing.drawing.tree import Layout, Tree

MARGIN = 44.0
MIN_WIDTH = 900.0
HEAD = 180.0
"""About what stands above the picture."""
LANDSCAPE = 404 / 281
"""Width to height of A3 and A4 paper without its margins."""
SECTIONS_APART = 46.0


def sheet(chart: Chart, inscription: Inscription = Inscription()) -> Sheet:  # noqa: B008  (frozen)
    """The whole drawing. The same chart gives the same sheet."""
    layout = Layout(chart)
    main, *others = (Tree(layout, tree) for tree in chart.trees)
    beside = _beside(main, others)
    within = {id(tree) for tree, _ in beside}
    rest = [main, *(tree for tree in others if id(tree) not in within)]
    width = _best_width(rest) + 2 * MARGIN
    head, y = headline(chart, inscription, width, MARGIN)
    groups = [head]
    for tree, corner in beside:
        groups += tree.draw(MARGIN + corner[0], y + corner[1])
    for at, row in enumerate(_rows(rest, width - 2 * MARGIN)):
        if at:
            rule = f"M{MARGIN:.1f} {y - SECTIONS_APART / 2:.1f}H{width - MARGIN:.1f}"
            groups.append(Group("", (Stroke("rule", rule),)))
        x, height = MARGIN, max(tree.height for tree in row)
        for tree in row:
            groups += tree.draw(x, y + (height - tree.height) / 2 if at else y)
            x += tree.width + SECTIONS_APART
        y += height + SECTIONS_APART
    if inscription.foot:
        foot = shorten(inscription.foot, SIZES[Face.SMALL], width - 2 * MARGIN)
        groups.append(Group("", (Words(Face.SMALL, width - MARGIN, y, foot, "end", "quiet"),)))
        y += 16
    return Sheet(width, y, f"{chart.plan.hotline.name} 来电走向图", tuple(groups))


def _beside(main: Tree, others: list[Tree]) -> list[tuple[Tree, tuple[float, float]]]:
    """Trees that fit above and below the stem of the main one, where nothing else stands, each with its place there."""
    width, height = main.stem()
    room = (main.height - height) / 2 - SECTIONS_APART
    above, below = list[Tree](), list[Tree]()
    for tree in others:
        for stack in (above, below):
            taken = sum(one.height + SECTIONS_APART for one in stack)
            if tree.width <= width - SECTIONS_APART / 2 and taken + tree.height <= room:
                stack.append(tree)
                break
    places: list[tuple[Tree, tuple[float, float]]] = []
    y = 0.0
    for tree in above:
        places.append((tree, (0.0, y)))
        y += tree.height + SECTIONS_APART
    y = main.height
    for tree in reversed(below):
        y -= tree.height
        places.append((tree, (0.0, y)))
        y -= SECTIONS_APART
    return places


def _best_width(trees: list[Tree]) -> float:
    """The width at which the sheet gets largest on paper in landscape."""
    widest = max(MIN_WIDTH, *(tree.width for tree in trees))

    def scale(width: float) -> float:
        height = sum(max(tree.height for tree in row) + SECTIONS_APART for row in _rows(trees, width))
        return min(LANDSCAPE / (width + 2 * MARGIN), 1 / (height + HEAD))

    return max((widest * (1 + step / 8) for step in range(24)), key=scale)


def _rows(trees: list[Tree], width: float) -> list[list[Tree]]:
    """Trees side by side, in their order, as many as fit."""
    rows: list[list[Tree]] = []
    for tree in trees:
        taken = sum(one.width + SECTIONS_APART for one in rows[-1]) if rows else width
        if not rows or taken + tree.width > width:
            rows.append([tree])
        else:
            rows[-1].append(tree)
    return rows
