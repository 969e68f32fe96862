"""Orders to the switch: how whoever gave them waits for their end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from contextlib import suppress

import structlog

from ivr.switch import ChannelGone, HandedOver, Switch, SwitchError

log = structlog.get_logger()

PATIENCE = 8.0
"""Seconds to wait for the switch where it owes an answer."""


async def to_its_end(order: Coroutine[None, None, None]) -> None:
    """Carry an order out even when we are cancelled meanwhile, and again: half begun, it could not be taken back."""
    task = asyncio.get_running_loop().create_task(order)  # owned here: both ways out wait for it
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):  # raised below, once the order has ended
                await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()) is not None:
            log.debug("an order failed that nobody waits for any more", error=str(error))
        raise


async def unless_gone(order: Awaitable[None]) -> None:
    """Carry an order out; whoever is gone needs it no more."""
    try:
        await order
    except ChannelGone:
        return


async def hang_up_leg(switch: Switch, leg: str) -> None:
    """Hang a leg up. One that the switch does not let go is told of in the log, for nothing is left to do about it."""
    try:
        await switch.hang_up(leg)
    except HandedOver:
        return  # it rings on, or talks on, and is the next engine's
    except SwitchError as error:
        log.warning("a leg could not be hung up", leg=leg, error=str(error))


async def settled(*orders: Awaitable[None]) -> None:
    """Carry out all orders; failures are logged, for nothing is left to do about them."""
    for result in await asyncio.gather(*orders, return_exceptions=True):
        if isinstance(result, SwitchError):
            log.warning("the switch refused a release", error=str(result))
        elif isinstance(result, BaseException):
            raise result
