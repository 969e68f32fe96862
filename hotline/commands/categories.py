"""The trees of categories: categories list, show, search, unmapped, check."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from rich.table import Column, Table
from sqlalchemy.exc import DBAPIError

from hotline.audited import note_down
from hotline.mapping import put_place
from hotline.office import categories_at
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, people, put, put_table, settings_of
from paperwork.categories.category import OTHERS, Category, Tree
from paperwork.categories.load import FILE, trees_in
from paperwork.categories.mapping import Mapped, NoCategory, NotWritten, told_mapped
from paperwork.categories.spelling import path_of, written
from paperwork.categories.told import maybe_written, told
from paperwork.categories.trees import Trees
from paperwork.categories.unplaced import Unplaced, unplaced
from paperwork.kind import Kind
from paperwork.rules import FOLDER
from records.store import NoDatabase, Store
from routing.reading.load import Unreadable

app = typer.Typer()
categories = typer.Typer(no_args_is_help=True, help="What calls are about: our tree, and those of others.")
app.add_typer(categories, name="categories")

Whose = Annotated[Tree, typer.Option("--tree", help="Whose tree.")]


def trees_of(settings: Settings) -> Trees:
    """The trees of these settings' config folder, the shipped ones where it has none; or every problem and 1."""
    config = categories_at(settings.config)
    try:
        return trees_in(config)
    except Unreadable as error:
        fail(error)
    except OSError as error:
        fail(f"{config / FOLDER / FILE}: cannot be read ({error.strerror})")


@categories.command("list")
def list_(
    tree: Whose = Tree.OWN,
    retired: Annotated[bool, typer.Option("--retired", help="Retired ones too.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """A tree in its published order, a line each."""
    trees = trees_of(settings_of(config, None))
    if tree is not Tree.OWN:
        for path in trees.paths(tree):
            code = trees.code(tree, path)
            if as_json:
                put({"path": written(path), "name": path[-1], "code": code})
            else:
                sys.stdout.write(f"{written(path)}\t{code or ''}\n")
        return
    for one in _below(trees, None, retired=retired):
        if as_json:
            put(told(trees, one))
        else:
            sys.stdout.write(f"{one.code}\t{'  ' * (len(one.path) - 1)}{one.name}{'（停用）' if one.retired else ''}\n")


def _below(trees: Trees, code: str | None, *, retired: bool) -> Iterator[Category]:
    for one in trees.children(code, retired=retired):
        yield one
        yield from _below(trees, one.code, retired=retired)


@categories.command()
def show(
    what: Annotated[str, typer.Argument(metavar="CODE|PATH", help="A code of ours, or a path of the tree.")],
    tree: Whose = Tree.OWN,
    kind: Annotated[str | None, typer.Option(help="咨询, 投诉 …: decides where a path may mean several.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """A category and where it stands in every tree."""
    trees = trees_of(settings_of(config, None))
    path = path_of(what) if trees.category(what) is not None else trees.spelled(tree, path_of(what)) or ()
    asked = None if kind is None else _kind(kind)
    code = trees.code(tree if trees.category(what) is None else Tree.OWN, path, asked)
    category = None if code is None else trees.category(code)
    if category is None:
        fail(f"{what!r} is in no place of the {tree.value} tree: `hotline categories search` looks for names")
    if as_json:
        put({**told(trees, category), "version": trees.version})
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_row("编号", category.code + ("（停用）" if category.retired else ""))
    table.add_row("类别", "、".join(one.label for one in category.kinds))
    for whose in Tree:
        table.add_row(whose.label, maybe_written(trees.path(category.code, whose)) or "—")
    put_table(table)


def _kind(text: str) -> Kind:
    try:
        return Kind(text) if text.isascii() else Kind.labelled(text)
    except ValueError:
        choices = "、".join(kind.label for kind in Kind)
        raise typer.BadParameter(f"{text!r} is none of {choices}", param_hint="--kind") from None


@categories.command()
def search(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="A code, a part of a name, or initials: yygh.")],
    limit: Annotated[int, typer.Option(min=1, max=500)] = 20,
    kind: Annotated[str | None, typer.Option(help="Only categories that go with this kind.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """The categories that somebody means, the nearest first; 1 when there is none."""
    trees = trees_of(settings_of(config, None))
    found = trees.search(" ".join(text), limit, None if kind is None else _kind(kind))
    for one in found:
        if as_json:
            put(told(trees, one))
        else:
            sys.stdout.write(f"{one.code}\t{written(one.path)}\n")
    if not found:
        raise typer.Exit(1)


@categories.command("map")
def map_(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A category of ours.")],
    tree: Annotated[Tree, typer.Argument(metavar="TREE", help="national, provincial or tianjin.")],
    path: Annotated[
        str | None, typer.Argument(metavar="PATH", help="Its place there; without one, as above it.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why; it is written into the audit log.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Write a category's place in another tree into the file; all else in it stays as it was written."""
    if tree not in OTHERS:
        raise typer.BadParameter("national, provincial or tianjin", param_hint="TREE")
    settings = settings_of(config, var)

    def first(found: Mapped) -> None:
        note_down(settings, "category_mapped", code, {"reason": reason, **told_mapped(found, code, tree)})

    try:
        trees = put_place(settings.config, code, tree, path, first=first, ours=True)
    except (NotWritten, NoCategory, Unreadable) as error:
        fail(error)
    except OSError as error:
        fail(f"{settings.config / FOLDER / FILE}: cannot be written ({error.strerror})")
    one = trees.category(code)
    assert one is not None  # noqa: S101 - it was written just now
    if as_json:
        put({**told(trees, one), "version": trees.version})
    else:
        place = maybe_written(trees.path(code, tree)) or "-"
        people.print(f"{code} {written(one.path)}: {tree.value} {place} (version {trees.version})", markup=False)


@categories.command()
def unmapped(
    tree: Annotated[Tree | None, typer.Option("--tree", help="Only this one.")] = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Categories without a place in a tree, places that nothing arrives at, and what stands in the database without."""
    settings = settings_of(config, var)
    trees = trees_of(settings)
    asked = OTHERS if tree is None else tuple(one for one in OTHERS if one is tree)
    lost = [one for one in _unplaced(settings, trees) if tree is None or tree in one.missing]
    if as_json:
        put(
            {
                "version": trees.version,
                "codes": {one.value: [code.code for code in trees.unmapped(one)] for one in asked},
                "unreached": {one.value: [written(path) for path in trees.unreached(one)] for one in asked},
                "records": [one.to_json() for one in lost],
            }
        )
        return
    for one in asked:
        for category in trees.unmapped(one):
            sys.stdout.write(f"{one.value}\t{category.code}\t{written(category.path)}\n")
        for path in trees.unreached(one):
            sys.stdout.write(f"{one.value}\t-\t{written(path)}\n")
    _tell(lost)


def _unplaced(settings: Settings, trees: Trees) -> Sequence[Unplaced]:
    async def ask() -> Sequence[Unplaced]:
        store = Store(settings.database_url)
        try:
            return await unplaced(store, trees)
        finally:
            await store.close()

    try:
        return asyncio.run(ask())
    except (NoDatabase, FileNotFoundError):
        people.print(f"no hotline was ever started in {settings.var}: no records are looked at", markup=False)
        return ()
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig}): {settings.database_shown}")


def _tell(lost: Sequence[Unplaced]) -> None:
    if not lost:
        return
    table = Table(*(Column(heading, overflow="fold") for heading in ("类别", "分类", "树", "行", "件次", "无处可放")))
    table.box, table.pad_edge = None, False
    for one in lost:
        missing = "、".join(tree.label for tree in one.missing)
        table.add_row(one.kind.label, one.path, one.tree.label, str(one.rows), str(one.calls), missing)
    put_table(table)


@categories.command()
def check(config: Config = None) -> None:
    """Every problem of the file of categories; quiet and 0 when it is good. `hotline check` looks at it too."""
    settings = settings_of(config, None)
    try:
        trees_in(categories_at(settings.config))
    except Unreadable as error:
        for problem in error.problems:
            sys.stdout.write(f"{problem}\n")
        raise typer.Exit(1) from None
    except OSError as error:
        fail(f"{settings.config / FOLDER / FILE}: cannot be read ({error.strerror})")
