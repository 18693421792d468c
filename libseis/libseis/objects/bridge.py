"""Let the methods `toTrace` and `toStream` of the data objects call functions of `libseis.obspy`.

The package is imported by name at the first call, so that `objects` does not depend on it and obspy is loaded only if
it is used.
"""

from __future__ import annotations

import importlib
from typing import Any


def to_obspy(function: str, datum: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a function of libseis.obspy.converter, such as TimeSeries2Trace, with `datum` and the other arguments."""
    return getattr(importlib.import_module("libseis.obspy.converter"), function)(datum, *args, **kwargs)
