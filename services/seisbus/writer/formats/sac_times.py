"""Times of a SAC header: the reference time (NZ*), and begin, origin, phases and picks relative to it.

NZ* has milliseconds; the rest of a mark's time is in its own header, so that no microsecond is lost. All time headers
are in single precision (IRIS, "SAC Data File Format").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from libseis.isotime import utc

# Characters of a text in the header.
_TEXT: Final = 8
# Headers T0 to T9.
_PICKS: Final = 10
_MS_NS: Final = 1_000_000
# B, in single precision, may be wrong by this part of a sample.
_CLOSE: Final = 0.02
# For each mark its header, and the value of IZTYPE.
_HEADERS: Final = {"origin": "o", "phase": "a", "pick": "t0"}


@dataclass(frozen=True, slots=True)
class Marks:
    """Instants in ns: `headers` by name (o, a, t0 ...), `names` of the phases (ka, kt0 ...), and the header that the
    data's times are relative to, "" if they are not relative."""

    headers: Mapping[str, int]
    names: Mapping[str, str]
    reference: str = ""


def marks_of(document: Mapping[str, Any], origin_ns: int | None) -> Marks:
    """The marks of a waveform: the origin of its event, its phase as A, its picks as T0 to T9 in order of time."""
    headers: dict[str, int] = {}
    names: dict[str, str] = {}
    if origin_ns is not None:
        headers["o"] = origin_ns
    if (when := document.get("phase_time")) is not None:
        headers["a"], names["ka"] = _ns(when), str(document.get("phase_name") or "")
    picks = document.get("picks")
    if not picks and (when := document.get("pick_time")) is not None:
        picks = [{"time": when, "phase": document.get("pick_phase") or document.get("phase_name")}]
    ordered = sorted(picks or (), key=lambda pick: float(pick["time"]))
    for number, pick in enumerate(ordered[:_PICKS]):
        headers[f"t{number}"], names[f"kt{number}"] = _ns(pick["time"]), str(pick.get("phase") or "")
    reference = _HEADERS.get(str(document.get("time_reference", "")), "")
    if reference and (when := document.get("reference_time")) is not None:
        headers[reference] = _ns(when)
        return Marks(headers, names, reference)
    return Marks(headers, names)


def put_times(sac: Any, t0_ns: int, marks: Marks) -> str:
    """Set the headers of times of an obspy SACTrace whose first sample is at `t0_ns`.

    The reference time is the mark that the data are relative to, or else the origin. If B cannot hold the time of the
    first sample to 2 % of a sample, the first sample is the reference, and a sentence that says so is returned.
    """
    problem = ""
    reference = marks.reference or ("o" if "o" in marks.headers else "b")
    zero = _whole(t0_ns if reference == "b" else marks.headers[reference])
    ahead = (t0_ns - zero) / 1e9
    if abs(float(np.float32(ahead)) - ahead) > _CLOSE * sac.delta:
        problem = (
            f"the window starts so far from the {_word(reference)} that SAC's B would not hold its time; the reference "
            "time is its start."
        )
        reference, zero = "b", _whole(t0_ns)
    when = utc(zero)
    sac.nzyear, sac.nzjday = when.year, when.timetuple().tm_yday
    sac.nzhour, sac.nzmin, sac.nzsec, sac.nzmsec = when.hour, when.minute, when.second, zero // _MS_NS % 1000
    for name, instant in {"b": t0_ns, **marks.headers}.items():
        setattr(sac, name, (instant - zero) / 1e9)
    for name, text in marks.names.items():
        if text:
            setattr(sac, name, text[:_TEXT])
    sac.iztype = f"i{reference}"
    return problem


def _ns(epoch: Any) -> int:
    """Nanoseconds of epoch seconds; a float holds them to a microsecond."""
    return round(float(epoch) * 1e6) * 1000


def _whole(ns: int) -> int:
    return ns - ns % _MS_NS


def _word(header: str) -> str:
    return {"o": "origin", "a": "phase"}.get(header, "pick")
