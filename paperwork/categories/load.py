"""From the operators' file of categories to trees, or to every problem with file, line and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from paperwork.categories.category import OTHERS, Category, Tree
from paperwork.categories.spelling import SEPARATOR, Path, path_of, written
from paperwork.categories.trees import Names, Trees
from paperwork.categories.written import CategoriesFile, WrittenCategory
from paperwork.kind import Kind
from paperwork.reading import read_file
from paperwork.rules import FOLDER
from routing.reading.problem import MOST_TOLD, Places, Problem, Unreadable, found, nearest, quoted
from routing.reading.problem import Path as Way

FILE = "categories.yaml"
DEEPEST = 8
"""Levels of any tree."""


def trees_in(config: FilePath) -> Trees:
    """The trees of a config folder. Raises routing's Unreadable with every problem, OSError without such a file."""
    return trees_of(*read_file(config / FOLDER / FILE, CategoriesFile))


def trees_of(file: CategoriesFile, places: Places) -> Trees:
    """The trees that a file writes. Raises Unreadable."""
    return _Reading(file, places).trees()


class _Reading:
    """One file on its way to trees; problems are gathered and told together."""

    def __init__(self, file: CategoriesFile, places: Places) -> None:
        self._file, self._places = file, places
        self._problems: list[Problem] = []
        self._names: dict[Tree, dict[Path, list[str]]] = {}
        self._known: dict[Tree, set[Path]] = {}
        self._categories: dict[str, Category] = {}
        self._ways: dict[str, Way] = {}

    def trees(self) -> Trees:
        for tree in OTHERS:
            self._names[tree] = {(): []}
            self._branch(tree, getattr(self._file.trees, tree), (), ("trees", tree.value))
            self._known[tree] = set(self._names[tree]) - {()}
        if not self._file.categories:
            self._wrong(("categories",), "[]", "something must stand here")
        self._level(self._file.categories, ("categories",), None)
        self._successors()
        back, also = self._back(), self._also()
        if self._problems:
            raise Unreadable(self._problems[:MOST_TOLD])
        names: Mapping[Tree, Names] = self._names
        return Trees(self._file.version, self._categories.values(), names, back, also)

    def _wrong(self, way: Way, here: str, hint: str, near: str | None = None, *, key: bool = False) -> None:
        place = self._places.of_key(way) if key else self._places.of(way)
        where = ".".join(map(str, way))
        self._problems.append(found(place, "wrong-value", near, where=where, here=quoted(here), hint=hint))

    # ── the trees of others ─────────────────────────────────────────────────

    def _branch(self, tree: Tree, names: Any, path: Path, way: Way) -> None:
        """Names within names: `{a: {b: null}}`, or a list where nothing stands below."""
        for name, below, at, is_key in _named(names, way):
            if not isinstance(name, str):
                self._wrong(at, str(name), "a name of a category is text")
            elif SEPARATOR in name or "／" in name or not name.strip():
                self._wrong(at, name, "the name of a category has no `/`", key=is_key)
            elif name in self._names[tree][path]:
                self._wrong(at, name, "this name stands here twice", key=is_key)
            elif len(path) >= DEEPEST:
                self._wrong(at, name, "the tree is too deep", key=is_key)
            else:
                self._names[tree][path].append(name)
                self._names[tree][(*path, name)] = []
                self._branch(tree, below, (*path, name), at)
        if names is not None and not isinstance(names, list | dict):
            self._wrong(way, str(names), "write names within names, or a list of names")

    def _target(self, tree: Tree, text: str, way: Way, *, key: bool = False) -> Path | None:
        """A path of another tree that is named somewhere."""
        path = path_of(text)
        if path in self._known[tree]:
            return path
        near = nearest(written(path), map(written, self._known[tree]))
        self._wrong(way, text, f"the {tree.value} tree has no such path", near, key=key)
        return None

    # ── our own ─────────────────────────────────────────────────────────────

    def _level(self, parts: Sequence[WrittenCategory], way: Way, parent: Category | None) -> None:
        taken: set[str] = set()
        for at, part in enumerate(parts):
            here = (*way, at)
            if SEPARATOR in part.name or "／" in part.name or part.name != part.name.strip():
                self._wrong((*here, "name"), part.name, "the name of a category has no `/`, and no space around it")
            if part.name in taken and not part.retired:
                self._wrong((*here, "name"), part.name, "this name stands here twice")
            if not part.retired:
                taken.add(part.name)
            category = self._category(part, here, parent)
            if len(category.path) > DEEPEST:
                self._wrong((*here, "name"), part.name, "the tree is too deep")
                continue
            self._level(part.parts, (*here, "parts"), category)

    def _category(self, part: WrittenCategory, way: Way, parent: Category | None) -> Category:
        if (first := self._ways.get(part.code)) is not None:
            line = self._places.of(first).line
            self._wrong((*way, "code"), part.code, f"this code is given twice (first in line {line})")
        if not part.kinds and parent is None:
            self._wrong((*way, "code"), part.code, "a category at the root says with which `kinds` it goes")
        if parent is not None and parent.retired and not part.retired:
            self._wrong((*way, "code"), part.code, "what stands below a retired category is retired too")
        texts = {tree: text for tree in OTHERS if (text := getattr(part, tree)) is not None}
        targets = {tree: self._target(tree, text, (*way, tree.value)) for tree, text in texts.items()}
        category = Category(
            part.code,
            part.name,
            tuple(map(Kind.labelled, part.kinds)) or (parent.kinds if parent is not None else ()),
            None if parent is None else parent.code,
            (*(() if parent is None else parent.path), part.name),
            part.retired,
            part.becomes,
            {tree: path for tree, path in targets.items() if path is not None},
        )
        self._categories.setdefault(part.code, category)
        self._ways.setdefault(part.code, (*way, "code"))
        return category

    def _successors(self) -> None:
        """What a retired category becomes exists, and no way leads back to where it began."""
        for code, category in self._categories.items():
            if category.becomes is None:
                continue
            way = (*self._ways[code][:-1], "becomes")
            if not category.retired:
                self._wrong(way, category.becomes, "only a category with `retired: true` becomes another")
            elif category.becomes not in self._categories:
                self._wrong(way, category.becomes, "no category has this code", self._near(category.becomes))
                continue
            passed = self._follow(code)
            if passed.count(passed[-1]) > 1:
                self._wrong(way, category.becomes, f"this leads in a circle: {' → '.join(passed)}")
            elif self._categories[passed[-1]].retired:
                self._wrong(way, category.becomes, "it must lead to a category that is in use")

    def _follow(self, code: str) -> list[str]:
        """The codes from one to where it leads; in a circle, until the first that comes twice."""
        passed = [code]
        while (then := self._categories[passed[-1]].becomes) in self._categories:
            passed.append(str(then))
            if passed.count(passed[-1]) > 1:
                break
        return passed

    def _near(self, code: str) -> str | None:
        return nearest(code, self._categories)

    # ── ways back, and other spellings ──────────────────────────────────────

    def _back(self) -> dict[Tree, dict[Path, tuple[str, ...]]]:
        back: dict[Tree, dict[Path, tuple[str, ...]]] = {}
        for tree in OTHERS:
            for text, codes in getattr(self._file.back, tree).items():
                way = ("back", tree.value, text)
                path = self._target(tree, text, way, key=True)
                for at, code in enumerate(codes):
                    if code not in self._categories or self._categories[code].retired:
                        self._wrong((*way, at), code, "no category in use has this code", self._near(code))
                if path is not None:
                    back.setdefault(tree, {})[path] = tuple(code for code in codes if code in self._categories)
        return back

    def _also(self) -> dict[Tree, dict[Path, Path]]:
        also: dict[Tree, dict[Path, Path]] = {}
        for tree in OTHERS:
            for wrong, right in getattr(self._file.also, tree).items():
                path = self._target(tree, right, ("also", tree.value, wrong))
                if path is not None:
                    also.setdefault(tree, {})[path_of(wrong)] = path
        for wrong, right in self._file.also.own.items():
            also.setdefault(Tree.OWN, {})[path_of(wrong)] = path_of(right)
        return also


def _named(names: Any, way: Way) -> Iterator[tuple[Any, Any, Way, bool]]:
    """Each name with what stands below it, where it stands, and whether it is a key there."""
    match names:
        case dict():
            for name, below in names.items():
                yield name, below, (*way, name), True
        case list():
            for at, name in enumerate(names):
                yield name, None, (*way, at), False
