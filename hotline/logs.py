"""Log lines: constant text and fields, on stderr, with the call they belong to and nobody's number whole."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import structlog

from records.privacy import mask

PERSONAL = frozenset({"number", "caller", "dialled", "phone"})
"""Fields that hold a telephone number."""

ALLOWED = "private"
"""A line with `private=True` keeps its numbers: only for what an operator asked to see. The flag is not printed."""

Fields = MutableMapping[str, Any]


def _masked(name: str, value: object) -> object:
    match value:
        case dict():
            return {key: _masked(str(key), inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(name, inner) for inner in value]
        case None | bool():
            return value
        case _ if name in PERSONAL:
            return mask(str(value))
        case _:
            return value


def mask_numbers(_logger: object, _method: str, fields: Fields) -> Fields:
    """The processor that hides telephone numbers in fields of these names, however deep they lie."""
    if fields.pop(ALLOWED, False) is True:
        return fields
    return {name: _masked(name, value) for name, value in fields.items()}


def set_up_logs(*, level: str = "info", as_json: bool = False, stream: TextIO | None = None) -> None:
    """Send our log and the libraries' to `stream` (stderr by itself) from `level` on, for people or as JSON lines.

    Tracebacks never show the values of variables: a caller's number may be among them.
    """
    out = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        mask_numbers,
    ]
    last: list[structlog.typing.Processor]
    if as_json:
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        plain = structlog.dev.plain_traceback
        last = [structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=plain)]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("aiohttp.access", "alembic"):
        logging.getLogger(chatty).setLevel("WARNING")


@contextmanager
def about_call(call: str) -> Iterator[None]:
    """Every line logged inside, and in the tasks begun inside, bears the call's id."""
    with structlog.contextvars.bound_contextvars(call=call):
        yield
