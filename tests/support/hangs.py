"""A pytest plugin: a test that hangs in native code and keeps the interpreter lock ends the run, too.

pytest-timeout's thread is Python and never gets a turn then; faulthandler's watchdog is C and needs no lock. It comes
a little after pytest-timeout's own end, which says more.
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
    """And stop it with that clock."""
    faulthandler.cancel_dump_traceback_later()
    return (yield)
