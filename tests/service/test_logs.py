"""Unit: what is written to the log, and what never is."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from hotline.logs import about_call, mask_numbers, set_up_logs

NUMBER = "13800138000"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level, hook = list(root.handlers), root.level, sys.excepthook
    yield io.StringIO()
    sys.excepthook = hook
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("field", ["number", "caller", "dialled", "phone"])
def test_a_number_is_seen_masked_whichever_field_names_it(stream: io.StringIO, field: str, as_json: bool) -> None:
    set_up_logs(as_json=as_json, stream=stream)
    structlog.get_logger("ivr").info("call arrived", **{field: NUMBER})
    assert "call arrived" in stream.getvalue()
    assert "138****8000" in stream.getvalue()
    assert NUMBER not in stream.getvalue()


def test_a_number_inside_other_fields_is_masked_too(stream: io.StringIO) -> None:
    set_up_logs(as_json=True, stream=stream)
    event = {"caller": {"number": NUMBER}, "calls": [{"phone": NUMBER}, {"dialled": 12320}]}
    structlog.get_logger().info("event", event_data=event)
    assert NUMBER not in stream.getvalue()
    assert lines(stream)[0]["event_data"]["calls"][1] == {"dialled": "***20"}


def test_a_line_marked_private_keeps_the_number_and_not_the_mark(stream: io.StringIO) -> None:
    set_up_logs(as_json=True, stream=stream)
    structlog.get_logger().info("asked for", number=NUMBER, private=True)
    assert lines(stream)[0]["number"] == NUMBER
    assert "private" not in lines(stream)[0]


async def test_lines_bear_the_id_of_their_call_in_its_own_tasks_and_nowhere_else(stream: io.StringIO) -> None:
    set_up_logs(as_json=True, stream=stream)
    log = structlog.get_logger()

    async def work() -> None:
        log.info("inside")

    with about_call("a-1"):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(work())
    log.info("outside")
    assert [(line["event"], line.get("call")) for line in lines(stream)] == [("inside", "a-1"), ("outside", None)]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_names_the_error_and_shows_no_variable(stream: io.StringIO, as_json: bool) -> None:
    set_up_logs(as_json=as_json, stream=stream)
    caller_number = NUMBER
    try:
        int(f"no line for {len(caller_number)} digits")
    except ValueError:
        structlog.get_logger().exception("call failed")
    assert "no line for 11 digits" in stream.getvalue()
    assert NUMBER not in stream.getvalue()


def test_libraries_log_in_the_same_shape_and_below_the_level_nothing_is_said(stream: io.StringIO) -> None:
    set_up_logs(level="warning", as_json=True, stream=stream)
    logging.getLogger("aiohttp.server").warning("Unclosed %s", "connection")
    logging.getLogger("aiohttp.server").info("too much")
    structlog.get_logger().info("too much")
    structlog.get_logger().warning("enough")
    assert [(line["event"], line["level"]) for line in lines(stream)] == [
        ("Unclosed connection", "warning"),
        ("enough", "warning"),
    ]


@given(
    st.recursive(
        st.text("0123456789", min_size=3),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["number", "phone"]), inner),
    )
)
def test_however_deep_a_number_lies_it_is_masked(value: object) -> None:
    fields = mask_numbers(None, "info", {"event": "x", "caller": value})
    assert not any(c.isdigit() for c in json.dumps(fields["caller"])) or "*" in json.dumps(fields["caller"])


@pytest.mark.parametrize("as_json", [True, False])
def test_what_an_exception_says_is_masked_in_its_traceback_too(stream: io.StringIO, as_json: bool) -> None:
    set_up_logs(as_json=as_json, stream=stream)
    try:
        try:
            int(f"no answer from <sip:{NUMBER}@10.0.0.7>")
        except ValueError as error:
            raise RuntimeError("a leg failed: 02287654321") from error
    except RuntimeError as error:
        structlog.get_logger().exception("a call met a bug", error=error, cause=str(error.__cause__))
        logging.getLogger("asyncio").error("task %r failed", {"caller": NUMBER}, exc_info=error)
    assert NUMBER not in stream.getvalue()
    assert "02287654321" not in stream.getvalue()
    assert "sip:138****8000@10.0.0.7" in stream.getvalue()
    assert "Traceback" in stream.getvalue()


def test_what_nobody_caught_is_masked_as_it_ends_the_program() -> None:
    code = "from hotline.logs import set_up_logs; set_up_logs(); raise ValueError('number 13800138000')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ValueError: number 138****8000" in done.stderr
    assert NUMBER not in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "a-1xk2mq9z",
        "1763600000.7",
        "talks/2026/11/20/a-1xk2mq9z-3",
        "127.0.0.1:5060",
        "0123456789abcdef0",
        "12320",
        "-12345678",
    ],
)
def test_names_ids_and_addresses_stay_readable(stream: io.StringIO, text: str) -> None:
    set_up_logs(as_json=True, stream=stream)
    structlog.get_logger().info("event", what=text)
    assert lines(stream)[0]["what"] == text
