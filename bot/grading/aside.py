"""Grading beside the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")

_THREADS = ThreadPoolExecutor(max(1, (os.cpu_count() or 2) - 1), thread_name_prefix="grading")
"""One processor is left to the event loop: fifty answers at once must not starve it."""


async def run_aside(
    function: Callable[_Given, _Made], *given: _Given.args, **named: _Given.kwargs
) -> _Made:
    """Call a function in a thread for grading; calls wait for one another, in order."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, lambda: function(*given, **named))
