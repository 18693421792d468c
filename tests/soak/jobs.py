"""The kinds of jobs that a soak submits, on the archive of tests/support/chaos.py."""

from __future__ import annotations

from typing import Any, Final

from support.chaos import HOUR, NIGHT

_STEPS: Final = [{"demean": {}}, {"filter": {"type": "bandpass", "freqmin": 0.01, "freqmax": 0.4}}]
_EVENTS: Final = {
    "list": [{"id": "tohoku", "time": "2011-03-11T05:46:23.2Z", "lat": 38.297, "lon": 142.373, "mag": 9.1}],
    "start": "100s",
    "end": "1900s",
}
_TILE: Final = {"start": "2011-03-11", "end": "2011-03-12", "length": "1min"}
_WINDOWS: Final[dict[str, dict[str, Any]]] = {
    "absolute": {"absolute": [HOUR, NIGHT]},
    "events": {"events": _EVENTS},
    "tiles": {"tile": _TILE},
}

# By name: each kind of windows as it is and with steps.
JOBS: Final[dict[str, dict[str, Any]]] = {
    name + suffix: {"archive": "local", "name": name + suffix, "windows": windows, "gaps": gaps, **more}
    for name, windows in _WINDOWS.items()
    for suffix, gaps, more in (("", "kill", {}), (" with steps", "split", {"steps": _STEPS}))
}
