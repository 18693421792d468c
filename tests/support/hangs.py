"""A pytest plugin that ends the run if a test hangs in native code and keeps the interpreter lock.

The thread of pytest-timeout is Python code and cannot run then. faulthandler's watchdog is C code and needs no lock. It
acts a little later than pytest-timeout, whose report has more details.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Generator
from typing import Any, Final

import pytest

_LATER_SECONDS: Final = 10.0
# A copy made before any capturing, so that the stacks are seen.
_STDERR: Final = os.dup(sys.__stderr__.fileno() if sys.__stderr__ is not None else 2)


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> Generator[None, Any, Any]:
    """Whenever pytest-timeout starts its clock, start the watchdog."""
    if settings.timeout:
        faulthandler.dump_traceback_later(settings.timeout + _LATER_SECONDS, file=_STDERR, exit=True)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_timeout_cancel_timer(item: pytest.Item) -> Generator[None, Any, Any]:
    """When pytest-timeout stops its clock, stop the watchdog."""
    faulthandler.cancel_dump_traceback_later()
    return (yield)
