"""Waiting for the first of several things, without a sleep that nobody can end."""

import asyncio


async def first_of(*events: asyncio.Event, timeout_s: float) -> None:
    """Return when one of the events is set, at the latest after `timeout_s`."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(
            waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for one in waiting:
            one.cancel()
