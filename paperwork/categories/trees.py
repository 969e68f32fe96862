"""All trees of one version of the operators' file, and the ways between them.

A record keeps a code of our own tree; each form asks for the place in its own. A category without a written place
stands where its parent does, but never in a bare kind that has categories: that would be no category at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from paperwork.categories.category import OTHERS, Category, Tree
from paperwork.categories.spelling import Path, folded, initials, path_of
from paperwork.kind import Kind

REPORT, COMPLAINT = Kind.REPORT.label, Kind.COMPLAINT.label

Names = Mapping[Path, Sequence[str]]
"""A tree of names: each path → the names below it, in their published order; the empty path has the roots."""


class Trees:
    """Our own categories and the trees of others. Immutable: a changed file makes new ones."""

    def __init__(
        self,
        version: int,
        categories: Iterable[Category],
        names: Mapping[Tree, Names],
        back: Mapping[Tree, Mapping[Path, Sequence[str]]],
        also: Mapping[Tree, Mapping[Path, Path]],
    ) -> None:
        self.version = version
        self.categories: Mapping[str, Category] = {category.code: category for category in categories}
        """Every category by its code, retired ones too, in the order of the file."""
        self._children: dict[str | None, list[Category]] = {}
        for category in self.categories.values():
            self._children.setdefault(category.parent, []).append(category)
        self._names: dict[Tree, Names] = {**names, Tree.OWN: self._own_names()}
        self._order = {tree: {path: at for at, path in enumerate(self.paths(tree))} for tree in Tree}
        self._back, self._also = back, also
        self._own_paths = self._codes_of_paths()
        self._targets = {tree: self._places(tree) for tree in OTHERS}
        self._sources = {tree: self._arrivals(tree) for tree in OTHERS}
        self._folded = {tree: {_folded(path): path for path in self._order[tree]} for tree in OTHERS}
        self._folded[Tree.OWN] = {_folded(path): path for path in self._own_paths}

    # ── our own tree ────────────────────────────────────────────────────────

    def category(self, code: str) -> Category | None:
        """The category of a code, retired or not."""
        return self.categories.get(code)

    def children(self, code: str | None = None, *, retired: bool = False) -> tuple[Category, ...]:
        """What stands right below a category, or at the root; retired ones only when asked for."""
        return tuple(one for one in self._children.get(code, ()) if retired or not one.retired)

    def current(self, code: str) -> Category | None:
        """The category that counts for a code now: itself, or what it became."""
        category = self.categories.get(code)
        while category is not None and category.becomes is not None:
            category = self.categories.get(category.becomes)
        return category

    def of_kind(self, kind: Kind) -> Category | None:
        """The root category of a kind: where a record of no nearer category stands."""
        return next((one for one in self.children(None) if kind in one.kinds), None)

    def goes_with(self, code: str, kind: Kind) -> bool:
        """Whether a record of this kind may be given this category today."""
        category = self.categories.get(code)
        return category is not None and not category.retired and kind in category.kinds

    def search(self, text: str, limit: int = 20, kind: Kind | None = None) -> tuple[Category, ...]:
        """The categories that somebody means who types so much: a code, a part of the name, or its initials in pinyin.

        Several words narrow each other down, by the names above as well: `妇保 孕期`. The nearest come first.
        """
        words = [folded(word) for part in path_of(text) for word in part.split()]
        if not words:
            return ()
        ranked = [
            (rank, at, one)
            for at, one in enumerate(self.categories.values())
            if not one.retired and (kind is None or kind in one.kinds) and (rank := _rank(one, words)) is not None
        ]
        return tuple(one for _, _, one in sorted(ranked, key=lambda found: found[:2])[: max(0, limit)])

    # ── every tree ──────────────────────────────────────────────────────────

    def roots(self, tree: str = Tree.OWN) -> tuple[str, ...]:
        """The names at the root, in their published order."""
        return tuple(self._names[Tree(tree)][()])

    def below(self, tree: str, path: Path = ()) -> tuple[str, ...]:
        """The names right below a path; nothing for one that is not known or ends there."""
        names = self._names[Tree(tree)]
        return tuple(names.get(path) or names.get(_as_complained(path), ()))

    def paths(self, tree: str) -> Iterator[Path]:
        """All paths in their published order, each before those below it."""
        names = self._names[Tree(tree)]
        waiting: list[Path] = [(name,) for name in reversed(names[()])]
        while waiting:
            path = waiting.pop()
            yield path
            waiting += [(*path, name) for name in reversed(names.get(path, ()))]

    def position(self, tree: str, path: Path) -> int:
        """Where a path stands in the published order; behind all others when it is not known."""
        tree = Tree(tree)
        return self._order[tree].get(self._shared(tree, path), len(self._order[tree]))

    def known(self, tree: str, path: Path) -> bool:
        """Whether a tree has this path. What stands below 投诉 stands below 举报 too."""
        tree = Tree(tree)
        return self._shared(tree, path) in self._order[tree] or (tree is Tree.OWN and self._own(path) is not None)

    def spelled(self, tree: str, path: Path) -> Path | None:
        """The path of a tree that is meant by one that somebody wrote with other brackets, widths or spaces."""
        tree = Tree(tree)
        for wrong, right in self._also.get(tree, {}).items():
            if _folded(path[: len(wrong)]) == _folded(wrong):
                path = right + path[len(wrong) :]
        asked = _folded(path)
        if (found := self._folded[tree].get(asked)) is not None:
            return found
        if asked[:1] == (REPORT,) and (found := self._folded[tree].get((COMPLAINT, *asked[1:]))) is not None:
            return (REPORT, *found[1:])
        return None

    # ── ways between them ───────────────────────────────────────────────────

    def path(self, code: str, tree: str = Tree.OWN, kind: Kind | None = None) -> Path | None:
        """Where a category stands in a tree, its kind first where the tree has kinds; None when nowhere.

        A retired code stands where the one stands that it became. With `kind` 举报 a path below 投诉 begins with 举报.
        """
        tree, category = Tree(tree), self.current(code)
        if category is None:
            return None
        found = category.path if tree is Tree.OWN else self._targets[tree].get(category.code)
        return _as_reported(found) if kind is Kind.REPORT and found is not None else found

    def code(self, tree: str, path: Path, kind: Kind | None = None) -> str | None:
        """Our own category for a path of any tree: the nearest that is no more exact than the path; None when there is
        none, or none that goes with the kind. In our own tree a path may also be a code alone, as imported rows keep
        it."""
        tree = Tree(tree)
        if tree is Tree.OWN:
            return self._own(path)
        if _as_complained(path) in self._order[tree]:
            path = _as_complained(path)
        if path not in self._order[tree]:
            return None
        for length in range(len(path), 0, -1):
            if length == 1 < len(path) and path[0] in _KINDS:
                return None
            if (code := self._arrival(tree, path[:length], kind)) is not None:
                return code
        return None

    def place(self, tree: str, path: Path, into: str, kind: Kind | None = None) -> Path | None:
        """A path of any tree in another one, by our own categories; None when it is not known there or leads nowhere.

        `kind` of the record decides where a path means several of ours (省 其他). What is 举报 stays so.
        """
        tree, into = Tree(tree), Tree(into)
        if tree is into and tree is not Tree.OWN:
            return path if self.known(tree, path) else None
        kind = kind or (Kind.REPORT if path[:1] == (REPORT,) else None)
        code = self.code(tree, path, kind)
        found = None if code is None else self.path(code, into)
        return _as_reported(found) if found is not None and path[:1] == (REPORT,) else found

    # ── what leads nowhere ──────────────────────────────────────────────────

    def unmapped(self, tree: str) -> tuple[Category, ...]:
        """Categories in use, kinds themselves aside, that have no place in another tree."""
        return tuple(
            one
            for one in self.categories.values()
            if not one.retired and one.parent is not None and self.path(one.code, tree) is None
        )

    def unreached(self, tree: str) -> tuple[Path, ...]:
        """Paths of another tree at which none of our categories arrives: their counts will be 0."""
        targets = self._targets[Tree(tree)]
        reached = {path[:end] for code in targets for path in (targets[code],) for end in range(1, len(path) + 1)}
        return tuple(path for path in self.paths(tree) if path not in reached and path != (REPORT,))

    # ── made once ───────────────────────────────────────────────────────────

    def _own_names(self) -> Names:
        names: dict[Path, Sequence[str]] = {(): [one.name for one in self.children(None)]}
        for one in self.categories.values():
            if not one.retired:
                names[one.path] = [part.name for part in self.children(one.code)]
        return names

    def _codes_of_paths(self) -> Mapping[Path, str]:
        """Of two with the same names, one of them retired, the other is meant."""
        ordered = sorted(self.categories.values(), key=lambda one: not one.retired)
        return {one.path: one.code for one in ordered}

    def _own(self, path: Path) -> str | None:
        if len(path) == 1 and path[0] in self.categories:
            return path[0]
        return self._own_paths.get(path) or self._own_paths.get(_as_complained(path))

    def _shared(self, tree: Tree, path: Path) -> Path:
        """举报 has the categories of 投诉."""
        return path if path in self._order[tree] else _as_complained(path)

    def _places(self, tree: Tree) -> Mapping[str, Path]:
        """Where each category stands in another tree."""
        places: dict[str, Path] = {}
        for one in self.categories.values():  # parents come before their parts
            above = None if one.parent is None else places.get(one.parent)
            if above is not None and len(above) == 1 and self._names[tree].get(above):
                above = None
            same = one.path if tree is Tree.NATIONAL and one.path in self._order[tree] else None
            found = one.written.get(tree) or same or above
            if found is not None:
                places[one.code] = found
        return places

    def _arrivals(self, tree: Tree) -> Mapping[Path, list[str]]:
        """Which categories stand at a path by themselves, not because their parent does."""
        arrivals: dict[Path, list[str]] = {}
        targets = self._targets[tree]
        for one in self.categories.values():
            at = targets.get(one.code)
            above = None if one.parent is None else targets.get(one.parent)
            if at is not None and at != above and not one.retired:
                arrivals.setdefault(at, []).append(one.code)
        return arrivals

    def _arrival(self, tree: Tree, path: Path, kind: Kind | None) -> str | None:
        chosen = self._back.get(tree, {}).get(path, ())
        codes = chosen or self._sources[tree].get(path, ())
        fitting = [code for code in codes if kind is None or kind in self.categories[code].kinds]
        if not fitting and tree is not Tree.PROVINCIAL:
            fitting = list(codes)  # the path says its kind itself; a name of the province's list says none
        if not fitting:
            return None
        if chosen or len(fitting) == 1:
            return fitting[0]
        same = next((code for code in fitting if self.categories[code].path == path), None)
        return same or self._together(fitting)

    def _together(self, codes: Sequence[str]) -> str | None:
        """The nearest category that holds them all, of different kinds those of the first; None when it is a kind."""
        lines = [tuple(reversed(list(self._upwards(code)))) for code in codes]
        lines = [line for line in lines if line[0] == lines[0][0]]
        shared = 0
        while all(len(line) > shared and line[shared] == lines[0][shared] for line in lines):
            shared += 1
        return lines[0][shared - 1] if shared > 1 or len(lines) == 1 else None

    def _upwards(self, code: str | None) -> Iterator[str]:
        while code is not None:
            yield code
            code = self.categories[code].parent


_KINDS = frozenset(kind.label for kind in Kind)


def _folded(path: Path) -> Path:
    return tuple(map(folded, path))


def _as_reported(path: Path) -> Path:
    return (REPORT, *path[1:]) if path[:1] == (COMPLAINT,) else path


def _as_complained(path: Path) -> Path:
    return (COMPLAINT, *path[1:]) if path[:1] == (REPORT,) else path


def _rank(category: Category, words: Sequence[str]) -> int | None:
    """How near a category is to what was typed; None when it is not meant."""
    name, code, letters = folded(category.name), category.code.casefold(), initials(category.name)
    above = " ".join(map(folded, category.path[:-1]))
    *before, last = words
    if not all(_shortened(word, f"{above} {name}") for word in before):
        return None
    elsewhere = any(last in folded(path[-1]) for path in category.written.values())
    ranks = [code == last, name == last, name.startswith(last), last in name, elsewhere, letters == last]
    ranks += [letters.startswith(last), code.startswith(last), len(last) > 1 and last in letters, last in above]
    ranks.append(len(last) > 1 and _shortened(last, name))
    return next((rank for rank, holds in enumerate(ranks) if holds), None)


def _shortened(word: str, name: str) -> bool:
    """Whether a word has some of a name's characters, in their order: 妇保 of 妇幼保健."""
    rest = iter(name)
    return all(sign in rest for sign in word)
