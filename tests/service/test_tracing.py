"""Calls as traces: what is in them and what never is, a real receiver of OTLP/HTTP, and one that is gone."""

from __future__ import annotations

import asyncio
import gzip
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.ports import free_ports
from hotline.settings import SettingsError, load
from hotline.tracing.export import LAST, traces
from hotline.tracing.spans import Span, Spans, trace_of
from ivr.events import CallEnded
from ivr.outcomes import Outcome, Reason
from tests.records.tales import TALKS, entries


def told() -> list[Span]:
    spans, found = Spans(), list[Span]()
    for entry in entries(TALKS, "a-1"):
        found += spans.hear(entry)
    return found


def test_a_call_is_a_span_with_its_steps_waits_offers_and_talks_below_it() -> None:
    spans = told()
    by_id = {span.id: span for span in spans}
    names = [(span.name, by_id[span.parent].name if span.parent else None) for span in spans]
    assert names[0] == ("call", None)
    assert {("menu", "call"), ("wait", "call"), ("offer", "wait"), ("talk", "call")} <= set(names)
    assert {span.trace for span in spans} == {trace_of("a-1")}
    assert all(span.attributes["hotline.call"] == "a-1" for span in spans)
    root = spans[0]
    assert all(root.begin <= span.begin <= span.end <= root.end for span in spans)
    assert root.attributes["hotline.outcome"] == "talked"


def test_the_same_facts_make_the_same_trace() -> None:
    assert told() == told()


def test_no_number_of_a_caller_and_no_phone_is_in_a_span() -> None:
    facts = entries(TALKS, "a-1")
    numbers = {getattr(entry.event, name, None) for entry in facts for name in ("number", "dialled", "phone", "digits")}
    private = {value for value in numbers if isinstance(value, str) and len(value) > 3}
    assert private
    text = repr([span.attributes for span in told()])
    assert [value for value in private if value in text] == []


def test_what_was_still_going_on_when_the_call_ended_ends_with_it() -> None:
    facts = entries(TALKS, "a-1")
    begun = next(place for place, entry in enumerate(facts) if type(entry.event).__name__ == "TalkBegan")
    spans, last = Spans(), facts[-1]
    for entry in facts[: begun + 1]:
        assert spans.hear(entry) == []
    end = last.__class__(last.call, facts[begun].seq + 1, last.at, CallEnded(Outcome.FAILED, Reason.MEDIA_LOST))
    found = {span.name: span for span in spans.hear(end)}
    assert found["talk"].end == last.at
    assert found["call"].failed


@asynccontextmanager
async def receiver(requests: list[ExportTraceServiceRequest]) -> AsyncIterator[str]:
    """A collector of traces; gives the address for its spans."""

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        packed = request.headers.get("Content-Encoding") == "gzip" and body[:2] == b"\x1f\x8b"
        requests.append(ExportTraceServiceRequest.FromString(gzip.decompress(body) if packed else body))
        return web.Response(body=b"", content_type="application/x-protobuf")

    app = web.Application()
    app.add_routes([web.post("/v1/traces", take)])
    runner = web.AppRunner(app)
    await runner.setup()
    (port,) = free_ports(1)
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}/v1/traces"
    finally:
        await runner.cleanup()


async def test_a_receiver_gets_the_call_as_one_trace(tmp_path: Path) -> None:
    requests: list[ExportTraceServiceRequest] = []
    async with receiver(requests) as endpoint:
        settings = load(var=tmp_path, node="b", tracing={"endpoint": endpoint, "service": "hotline-tj"})
        async with traces(settings) as hear:
            assert hear is not None
            for entry in entries(TALKS, "a-1"):
                hear(entry)
    (batch,) = [one for request in requests for one in request.resource_spans]
    resource = {one.key: one.value.string_value for one in batch.resource.attributes}
    assert (resource["service.name"], resource["service.instance.id"]) == ("hotline-tj", "b")
    got = [span for scope in batch.scope_spans for span in scope.spans]
    assert {(span.name, span.trace_id, span.span_id) for span in got} == {(s.name, s.trace, s.id) for s in told()}
    (root,) = [span for span in got if not span.parent_span_id]
    attributes = {one.key: one.value.string_value for one in root.attributes}
    assert (root.name, attributes["hotline.call"], attributes["hotline.outcome"]) == ("call", "a-1", "talked")
    assert root.start_time_unix_nano == int(entries(TALKS, "a-1")[0].at.timestamp() * 1000) * 1_000_000


async def test_calls_of_before_are_told_whole_by_the_engine_that_goes_on_with_them(tmp_path: Path) -> None:
    requests: list[ExportTraceServiceRequest] = []
    facts = entries(TALKS, "a-1")
    async with receiver(requests) as endpoint:
        settings = load(var=tmp_path, tracing={"endpoint": endpoint})
        async with traces(settings, [facts[:4]]) as hear:
            assert hear is not None
            for entry in facts[4:]:
                hear(entry)
    got = [span.span_id for r in requests for one in r.resource_spans for s in one.scope_spans for span in s.spans]
    assert sorted(got) == sorted(span.id for span in told())


async def test_a_receiver_that_is_gone_costs_no_call_anything(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    settings = load(var=tmp_path, tracing={"endpoint": f"http://127.0.0.1:{port}/v1/traces"})
    async with asyncio.timeout(LAST + 30), traces(settings) as hear:
        assert hear is not None
        for number in range(2000):  # more spans than wait for the receiver
            for entry in entries(TALKS, f"a-{number}"):
                hear(entry)


async def test_it_is_off_unless_asked_for_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with traces(load(var=tmp_path)) as hear:
        assert hear is None
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)
    with pytest.raises(SettingsError, match="scripts/setup run trace"):
        async with traces(load(var=tmp_path, tracing={"endpoint": "http://127.0.0.1:4318/v1/traces"})):
            raise AssertionError
