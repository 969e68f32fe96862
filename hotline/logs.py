"""Log lines: constant text and fields, on stderr, with the call they belong to and nobody's number whole."""

from __future__ import annotations

import io
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TextIO

import structlog

from records.privacy import mask, mask_text

PERSONAL = frozenset({"number", "caller", "dialled", "phone"})
"""Fields that hold a telephone number."""

ALLOWED = "private"
"""A line with `private=True` keeps its numbers: only for what an operator asked to see. The flag is not printed."""

_OURS = frozenset({"timestamp", "level", "logger"})
"""Fields that we write ourselves: nothing in them is anybody's."""

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
        case str() if name not in _OURS:
            return mask_text(value)
        case BaseException():
            return mask_text(repr(value))
        case _:
            return value


def mask_numbers(_logger: object, _method: str, fields: Fields) -> Fields:
    """The processor that hides telephone numbers: whole fields of these names, and in all other text what may be one.

    What libraries and exceptions say is other people's text: a SIP address in it is a caller's.
    """
    if fields.pop(ALLOWED, False) is True:
        return fields
    kept = {name: fields[name] for name in ("exc_info", "_record", "_from_structlog") if name in fields}
    return {name: _masked(name, value) for name, value in fields.items() if name not in kept} | kept


def mask_traceback(_logger: object, _method: str, fields: Fields) -> Fields:
    """The processor that does so in a traceback, once it is text."""
    if isinstance(told := fields.get("exception"), str):
        fields["exception"] = mask_text(told)
    return fields


def _plain_traceback(out: TextIO, error: structlog.typing.ExcInfo) -> None:
    told = io.StringIO()
    structlog.dev.plain_traceback(told, error)
    out.write(mask_text(told.getvalue()))


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody caught ends the program as ever, and shows nobody's number."""
    sys.stderr.write(mask_text("".join(traceback.format_exception(kind, error, trace))))


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
        last = [
            structlog.processors.format_exc_info,
            mask_traceback,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        last = [structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=_plain_traceback)]
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
    sys.excepthook = _last_words
    for chatty in ("aiohttp.access", "alembic"):
        logging.getLogger(chatty).setLevel("WARNING")


@contextmanager
def about_call(call: str) -> Iterator[None]:
    """Every line logged inside, and in the tasks begun inside, bears the call's id."""
    with structlog.contextvars.bound_contextvars(call=call):
        yield
