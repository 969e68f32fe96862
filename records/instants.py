"""Instants as numbers, in the words of either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class milliseconds(FunctionElement[int]):  # noqa: N801 - a function of SQL
    """Since 1970, of a column of type `Instant`: exact, where a float of seconds is not."""

    inherit_cache = True
    type = BigInteger()


@compiles(milliseconds, "postgresql")
def _on_postgresql(element: milliseconds, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **kw)}) * 1000 AS BIGINT)"


@compiles(milliseconds, "sqlite")
def _on_sqlite(element: milliseconds, compiler: SQLCompiler, **kw: Any) -> str:
    # `2026-10-01 09:00:00.123000`, as SQLAlchemy writes an instant
    at = compiler.process(element.clauses, **kw)
    return f"(CAST(STRFTIME('%s', {at}) AS INTEGER) * 1000 + CAST(SUBSTR({at}, 21, 3) AS INTEGER))"
