"""Spans to whoever collects them, over OTLP/HTTP, by OpenTelemetry's own packages: none of it waits for a receiver.

The packages are not part of a plain installation: `scripts/setup run trace`. Spans go into the SDK's bounded queue and
out of it by a thread of its own; a receiver that is slow or gone costs spans and lines in the log, never a call.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import structlog

from hotline.settings import Settings, SettingsError
from hotline.tracing.spans import Span, Spans
from ivr.journal import Entry

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

log = structlog.get_logger(__name__)

WAITING: Final = 10_000
"""Spans that wait for the receiver; the oldest give way."""
EVERY: Final = 2.0
"""Seconds between two batches."""
PATIENCE: Final = 5.0
"""Seconds that a receiver may take for a batch."""
LAST: Final = 2.0
"""Seconds that what is left may take at the engine's end."""

Hear = Callable[[Entry], None]


@asynccontextmanager
async def traces(settings: Settings, left: Iterable[Iterable[Entry]] = ()) -> AsyncIterator[Hear | None]:
    """What is to hear every fact; None while traces are off. `left` are facts of calls from before.

    Raises SettingsError when the packages are not there.
    """
    endpoint = settings.tracing.endpoint
    if endpoint is None:
        yield None
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SettingsError(
            "tracing.endpoint: OpenTelemetry's packages are missing: run `scripts/setup run trace`, or leave it unset"
        ) from None
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=PATIENCE)
    batches = BatchSpanProcessor(exporter, max_queue_size=WAITING, schedule_delay_millis=1000 * EVERY)
    spans, shaped = Spans(), _shape(settings)
    for entries in left:
        spans.remember(entries)

    def hear(entry: Entry) -> None:
        try:
            for span in spans.hear(entry):
                batches.on_end(shaped(span))
        except Exception:  # a bug here is no call's business
            log.exception("a call could not be told as a trace", call=entry.call)

    try:
        yield hear
    finally:
        closing = threading.Thread(target=batches.shutdown, daemon=True)  # it may wait for a receiver that is gone
        closing.start()
        await asyncio.to_thread(closing.join, LAST)
        exporter.shutdown()  # type: ignore[no-untyped-call]


def _shape(settings: Settings) -> Callable[[Span], ReadableSpan]:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

    resource = Resource.create(
        {
            "service.name": settings.tracing.service,
            "service.instance.id": settings.node,
            "service.version": version("hotline"),
        }
    )
    scope = InstrumentationScope("hotline", version("hotline"))

    def context(trace: bytes, span: bytes) -> SpanContext:
        return SpanContext(
            int.from_bytes(trace, "big"), int.from_bytes(span, "big"), False, TraceFlags(TraceFlags.SAMPLED)
        )

    def shaped(span: Span) -> ReadableSpan:
        return ReadableSpan(
            span.name,
            context=context(span.trace, span.id),
            parent=None if span.parent is None else context(span.trace, span.parent),
            resource=resource,
            attributes=dict(span.attributes),
            kind=SpanKind.SERVER if span.parent is None else SpanKind.INTERNAL,
            status=Status(StatusCode.ERROR if span.failed else StatusCode.UNSET),
            start_time=_nanoseconds(span.begin),
            end_time=_nanoseconds(span.end),
            instrumentation_scope=scope,
        )

    return shaped


def _nanoseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000) * 1000
