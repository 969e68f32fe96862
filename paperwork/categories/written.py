"""The operators' file of categories, as it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from routing.days import Written

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,31}")


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError("a code is letters, digits and hyphens, at most 32, a letter first")
    return text


Label = Literal["咨询", "投诉", "举报", "建议", "表扬", "预约挂号", "其他"]
Code = Annotated[str, AfterValidator(_code)]


class WrittenCategory(Written):
    """One category with those below it."""

    code: Code
    """Never changed, never given to another category."""
    name: Annotated[str, Field(min_length=1, max_length=60)]
    """Without `/`. Another name for the same thing keeps the code."""
    kinds: tuple[Label, ...] = ()
    """The kinds that it goes with; those of its parent when none is written."""
    national: str | None = None
    """Its place in the national tree; where none is written the same path, else its parent's place."""
    provincial: str | None = None
    """Its place in the provincial tree; its parent's when none is written."""
    tianjin: str | None = None
    """Its place in the city's tree; its parent's when none is written."""
    retired: bool = False
    """It is not offered any more; records that have it stay readable."""
    becomes: Code | None = None
    """Of a retired one: the category that counts in its place."""
    parts: tuple[WrittenCategory, ...] = ()


class WrittenTrees(Written):
    """The trees of others: names within names, in their published order; a list where nothing stands below."""

    national: Any = None
    provincial: Any = None
    tianjin: Any = None


class WrittenBack(Written):
    """Path of another tree → the categories of ours that it may mean, the first that fits the kind."""

    national: Mapping[str, tuple[Code, ...]] = Field(default_factory=dict)
    provincial: Mapping[str, tuple[Code, ...]] = Field(default_factory=dict)
    tianjin: Mapping[str, tuple[Code, ...]] = Field(default_factory=dict)


class WrittenAlso(Written):
    """The beginning of a path as others write it → as the tree has it."""

    own: Mapping[str, str] = Field(default_factory=dict)
    national: Mapping[str, str] = Field(default_factory=dict)
    provincial: Mapping[str, str] = Field(default_factory=dict)
    tianjin: Mapping[str, str] = Field(default_factory=dict)


class CategoriesFile(Written):
    """`config/paperwork/categories.yaml`."""

    version: Annotated[int, Field(ge=1)]
    """Counted up with each change."""
    categories: tuple[WrittenCategory, ...]
    trees: WrittenTrees = WrittenTrees()
    back: WrittenBack = WrittenBack()
    also: WrittenAlso = WrittenAlso()
