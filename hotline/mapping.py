"""Places of categories in the trees of others, written into the operators' file: by a command, or from the desk."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline.drafting.config_folder import why_not_written
from hotline.drafting.drafts import write_whole
from hotline.office import categories_at
from paperwork.categories.category import Tree
from paperwork.categories.load import FILE
from paperwork.categories.mapping import Mapped, NotWritten, Outdated, mapped
from paperwork.categories.trees import Trees
from paperwork.rules import FOLDER
from routing.reading.encoding import decoded
from routing.reading.problem import Problem, Unreadable

WHY = {
    "repository": "the config folder is a repository: change the file there",
    "read_only": "the config folder cannot be written",
    "linked": "the file of categories is a link: change it where it lies",
}


def put_place(
    config: Path,
    code: str,
    tree: Tree,
    path: str | None,
    *,
    first: Callable[[Mapped], None],
    version: int | None = None,
    ours: bool = False,
) -> Trees:
    """Write a category's place in a tree, and give the trees that there are now. Blocks.

    `first` is told what will be written; what it raises hinders it. `ours`: whoever asks sits at this machine, so that
    a repository is theirs to commit. A folder without the file gets the shipped one.
    Raises NotWritten, Outdated (it is not `version`), NoCategory, Unreadable, OSError.
    """
    named = f"{FOLDER}/{FILE}"
    why = why_not_written(config, {named: None})
    if why is not None and not (ours and why == "repository"):
        raise NotWritten(WHY[why])
    file = config / named
    file.parent.mkdir(exist_ok=True)
    with _alone(file.parent):
        source = categories_at(config) / named
        text = decoded(str(file), source.read_bytes())
        if isinstance(text, Problem):
            raise Unreadable((text,))
        found = mapped(str(file), text, code, tree, path)
        if version not in (None, found.before.version):
            raise Outdated
        if found.text != text:
            first(found)
            write_whole(file, found.text.encode(), source.stat().st_mode & 0o777)
        return found.after


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time writes into the folder, of all processes."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
