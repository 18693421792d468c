"""The way from an object's methods to the rooms above: `toTrace` and `toStream` are those of `libseis.obspy`.

The room is named, not imported: nothing in `objects` depends on it, and obspy is loaded by the first call only.
"""

from __future__ import annotations

import importlib
from typing import Any


def to_obspy(function: str, datum: Any, *args: Any, **kwargs: Any) -> Any:
    """`datum` through a function of libseis.obspy.converter, such as TimeSeries2Trace, with its other arguments."""
    return getattr(importlib.import_module("libseis.obspy.converter"), function)(datum, *args, **kwargs)
