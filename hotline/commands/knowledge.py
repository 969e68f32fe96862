"""What agents look up: knowledge list, show, search, import, export, check."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Column, Table

from hotline.accounts_book import with_accounts
from hotline.audited import Reason, reason_of, write_down
from hotline.identity import asker
from hotline.knowledge import articles_at
from hotline.operators import look
from hotline.papers import article_problems
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, people, put, put_table, settings_of
from knowledge.article import Kind, State
from knowledge.book import Changed, Illegal, NoArticle, Unfit, Version
from knowledge.excerpt import excerpt
from knowledge.file import ENDING, to_text
from knowledge.folder import FOLDER, files_in, read_folder
from knowledge.index import Near
from knowledge.rendered import plain_text
from knowledge.shelf import Shelf
from paperwork.pinyin import Speller
from records.audit import Act
from records.clock import wall_time
from records.store import Store
from routing.calendar import SHANGHAI
from routing.reading.problem import Problem

app = typer.Typer()
knowledge = typer.Typer(no_args_is_help=True, help="Articles and talk scripts, in versions; searched as agents do.")
app.add_typer(knowledge, name="knowledge")

T = TypeVar("T")
Folder = Annotated[Path | None, typer.Argument(metavar="[DIR]", help="`config/knowledge` without it.")]


@knowledge.command("list")
def list_(
    state: Annotated[State | None, typer.Option(help="Only those that are this.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only articles, or only scripts.")] = None,
    line: Annotated[str | None, typer.Option(help="Only those of this line.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only those whose review is over its date.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Every article as it stands, by title."""
    today = datetime.now(SHANGHAI).date()
    shelf = _with(settings_of(config, var), lambda shelf: shelf.fresh())
    found = [
        one
        for one in sorted(shelf.newest.values(), key=lambda one: (one.article.title, one.id))
        if state in (None, one.state)
        and kind in (None, one.article.kind)
        and (line is None or line in one.article.lines)
        and (not due or one.article.due(today))
    ]
    if as_json:
        put([{**one.to_json(), "live": _live(shelf, one.id)} for one in found])
        return
    table = Table(*(Column(title, overflow="fold") for title in ("代码", "标题", "种类", "状态", "版", "热线", "复核")))
    table.box, table.pad_edge = None, False
    for one in found:
        review = one.article.review
        shown = "" if review is None else f"{review}{'（已过期）' if one.article.due(today) else ''}"
        lines = "、".join(one.article.lines)
        row = (one.id, one.article.title, one.article.kind.label, one.state.label, str(one.version), lines, shown)
        table.add_row(*row)
    put_table(table, "there is none: `hotline knowledge import` takes a folder in")


@knowledge.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID")],
    version: Annotated[int | None, typer.Option(min=1, help="This version; the newest without it.")] = None,
    history: Annotated[bool, typer.Option("--history", help="Which versions there are, not the text.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """One article as the file that `import` reads."""
    settings = settings_of(config, var)
    if history:
        _history(_with(settings, lambda shelf: shelf.book.versions(name)), as_json=as_json)
        return
    found = _with(settings, lambda shelf: shelf.book.find(name, version))
    if as_json:
        put(found.to_json())
    else:
        sys.stdout.write(to_text(found.article, found.state))


def _history(versions: list[Version], *, as_json: bool) -> None:
    for one in versions:
        if as_json:
            put(one.to_json())
        else:
            told = f"{one.version}\t{one.state.label}\t{wall_time(one.at)[:16]}\t{one.who}\t{one.reason or ''}"
            sys.stdout.write(told.rstrip() + "\n")


@knowledge.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS…", help="As an agent types them.")],
    line: Annotated[str | None, typer.Option(help="As on this line.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """What agents find who type so much, the likeliest first."""
    question = " ".join(words)
    shelf = _with(settings_of(config, var), _read)
    for name in shelf.index.search(question, limit, near=Near(line)):
        article = shelf.live[name].article
        piece, _ = excerpt(plain_text(article.text), question)
        if as_json:
            put({"id": name, "title": article.title, "kind": article.kind.value, "excerpt": piece})
        else:
            sys.stdout.write(f"{name}\t{article.title}\n\t{piece}\n")


@knowledge.command("import")
def import_(
    folder: Folder = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong, and what would change.")] = False,
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Take a folder of articles in, all of it or nothing. Articles that it does not name stay as they are."""
    settings = settings_of(config, var)
    why = reason_of(reason, "who changes articles") if not dry_run else ""
    at = folder or articles_at(settings.config)
    if not files_in(at):
        fail(f"{at}: there is no article in it: files named ID{ENDING}")
    filed, problems = read_folder(at)
    if problems:
        for problem in problems:
            people.print(str(problem), markup=False)
        fail("nothing was taken in")
    wishes = [(one.id, one.article, State(one.state)) for one in filed]
    if dry_run:
        stands = _with(settings, lambda shelf: shelf.fresh()).newest
        new = [name for name, article, state in wishes if _differs(stands, name, article, state)]
        people.print(f"{at}: {len(new)} articles are new or changed: {', '.join(new) or 'none'}", markup=False)
        return
    taken = _with(settings, lambda shelf: shelf.book.take(wishes, who=asker(), at=datetime.now(UTC), reason=why))
    new = [one.id for one, fresh in taken if fresh]
    write_down(settings, Act.ARTICLE_CHANGED, about="knowledge", reason=why, change="import", articles=new)
    if as_json:
        put({"new": len(new), "same": len(taken) - len(new)})
    else:
        people.print(
            f"{at}: {len(new)} articles are new or changed, {len(taken) - len(new)} as they were", markup=False
        )


def _differs(stands: Mapping[str, Version], id: str, article: object, state: State) -> bool:
    return id not in stands or (stands[id].article, stands[id].state) != (article, state)


@knowledge.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made when it is not there.")],
    everything: Annotated[
        bool, typer.Option("--all", help="The newest versions: drafts and retired ones too.")
    ] = False,
    over: Annotated[bool, typer.Option("--over", help="Write over files of the same name.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Write what agents see into a folder, one file an article, as `import` reads it."""
    shelf = _with(settings_of(config, var), lambda shelf: shelf.fresh())
    found = shelf.newest if everything else shelf.live
    texts = {f"{one.id}{ENDING}": to_text(one.article, one.state) for _, one in sorted(found.items())}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = [name for name in texts if (folder / name).exists()]
        if there and not over:
            fail(f"{folder / there[0]} is there already ({len(there)} such files): --over writes over them")
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{folder} cannot be written: {error.strerror}")
    if as_json:
        put({"folder": str(folder), "articles": len(texts)})
    else:
        people.print(f"{folder}: {len(texts)} articles", markup=False)


@knowledge.command()
def check(folder: Folder = None, config: Config = None, as_json: Json = False) -> None:
    """Every problem of a folder of articles; quiet and 0 when it is good. `hotline check` looks at it too."""
    settings = settings_of(config, None)
    at = folder or settings.config / FOLDER
    plan = look(settings.config)[1].plan
    lines = None if plan is None else plan.lines
    if folder is None:
        problems: list[Problem] = article_problems(settings.config, lines)
    else:
        problems = read_folder(at, lines)[1]
    if as_json:
        put([_problem(one) for one in problems])
    else:
        for problem in problems:
            sys.stdout.write(f"{problem}\n")
    if problems:
        raise typer.Exit(1)


def _problem(one: Problem) -> dict[str, object]:
    place = one.place
    return {"file": place.file, "line": place.line, "column": place.column, "rule": one.rule, "message": one.message}


async def _read(shelf: Shelf) -> Shelf:
    return await (await shelf.fresh()).spelled()


def _live(shelf: Shelf, id: str) -> int | None:
    return shelf.live[id].version if id in shelf.live else None


def _with(settings: Settings, work: Callable[[Shelf], Awaitable[T]]) -> T:
    async def do(store: Store) -> T:
        shelf = Shelf(store, Speller())
        try:
            return await work(shelf)
        finally:
            await shelf.close()

    try:
        return with_accounts(settings, do)
    except Unfit as error:
        for problem in error.problems:
            people.print(problem, markup=False)
        fail("nothing was taken in")
    except (NoArticle, Illegal) as error:
        fail(error)
    except Changed:
        fail("somebody else wrote a version at the same time: look again")
