"""From an ensemble to the contents of a picture: labelled, detrended, thinned traces in order. numpy only, no
drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from libseis import ErrorSeverity, TimeReferenceType
from libseis.codes import location
from libseis.geodetics import distance_degrees
from libseis.isotime import iso
from libseis.objects.thinning import Floats, thin

from ..errors import UserError

Span = tuple[float, float]

# Two points (smallest and largest) in each of this number of columns look like all samples at any usual resolution.
COLUMNS = 2400
# Characters of a remark below a picture: two lines in the narrowest picture.
_LONGEST_REMARK = 220


class PlotError(UserError):
    """Data that cannot be drawn in this way."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One row of a picture.

    times: seconds, shape (n,), since 1970 or since the datum's reference. samples: shape (n,), mean removed, NaN in
    gaps. peak: greatest absolute sample. distance: epicentral, degrees; None if the Metadata do not have it. units: of
    the samples; "" if the Metadata do not have them. told: the complaints of its error log. full: the amplitude that is
    drawn at full height, for all components of a Seismogram; 0 means the peak.
    """

    label: str
    times: Floats
    samples: Floats
    peak: float
    distance: float | None
    units: str = ""
    told: tuple[str, ...] = ()
    full: float = 0.0


@dataclass(frozen=True, slots=True)
class Origin:
    """The event of a picture: epoch seconds, and a text with everything else that is known of it."""

    time: float
    text: str


def live_members(ensemble: Iterable[Any], limit: int | None = None, span: Span | None = None) -> list[Any]:
    """The live members of an ensemble (or of any iterable of data) with samples in a span of time, at most `limit`.

    PlotError if there is none.
    """
    members = getattr(ensemble, "member", ensemble)
    found = [member for member in members if member.live and member.npts]
    if not found:
        raise PlotError("There is nothing to plot: the ensemble has no live member with samples.")
    if span is not None:
        first, last = span
        found = [member for member in found if _samples_in(member, first, last)]
        if not found:
            raise PlotError(f"There is nothing to plot: no member has samples from {first:g} to {last:g} s.")
    return found[:limit]


def _samples_in(member: Any, first: float, last: float) -> bool:
    return bool(np.floor((last - member.t0) / member.dt) >= max(0.0, np.ceil((first - member.t0) / member.dt))
                and first <= member.t0 + member.dt * (member.npts - 1))  # fmt: skip


def is_utc(members: Sequence[Any]) -> bool:
    """Whether all times are epoch seconds. PlotError if UTC and relative times are mixed."""
    kinds = {member.tref == TimeReferenceType.UTC for member in members}
    if len(kinds) == 2:
        raise PlotError("Some members are in UTC and some in relative time; convert them with ator or rtoa first.")
    return bool(kinds.pop())


def time_label(members: Sequence[Any]) -> str:
    """The zero of the relative times of all members, as the label of an axis."""
    marks = {value_of(member, "time_reference") for member in members}
    mark = marks.pop() if len(marks) == 1 else None
    if mark == "phase":
        nearest: dict[str, float] = {}
        for member in members:
            name, distance = str(value_of(member, "phase_name") or "?"), value_of(member, "distance_deg")
            nearest[name] = min(nearest.get(name, np.inf), np.inf if distance is None else float(distance))
        names = sorted(nearest, key=lambda name: (nearest[name], name))
        return f"Time after {', '.join(names[:-1])}{' or ' if names[:-1] else ''}{names[-1]} (s)"
    return f"Time after the {mark} (s)" if mark in ("origin", "pick") else "Time (s)"


def components_in(members: Sequence[Any]) -> int:
    """3 for Seismograms, 1 for TimeSeries; PlotError for a mixture."""
    found = {np.ndim(member.data) for member in members}
    if len(found) == 2:
        raise PlotError("Some members are TimeSeries and some Seismograms; plot them one after the other.")
    return 3 if found == {2} else 1


def component_names(members: Sequence[Any]) -> tuple[str, str, str]:
    """Names for the components of all Seismograms: their directions, or else the last letters of their channels if
    these are the same for all, or else numbers."""
    if all(member.cardinal() for member in members):
        return "East", "North", "Up"
    letters = {_letters(member) for member in members}
    found = letters.pop() if len(letters) == 1 else "123"
    if found == "RTZ":
        return "Radial", "Transverse", "Up"
    return f"Component {found[0]}", f"Component {found[1]}", f"Component {found[2]}"


def _letters(member: Any) -> str:
    """The last letters of the codes of its components. If something other than a step rotated them: numbers."""
    chan, axes = value_of(member, "chan"), value_of(member, "tmatrix")
    same = axes is None or np.allclose(member.tmatrix.ravel(), axes, atol=1e-6)
    return "".join(code[-1:] for code in chan) if isinstance(chan, list) and len(chan) == 3 and same else "123"


def trace_of(member: Any, columns: int = COLUMNS, component: int | None = None, span: Span | None = None) -> Trace:
    """A row from a TimeSeries or from a component of a Seismogram: mean removed, thinned to the smallest and largest
    sample in each of `columns`. `span` is its first and last time."""
    samples = np.array(member.data if component is None else member.data[component], np.float64)
    times = member.t0 + member.dt * np.arange(member.npts)
    if span is not None:
        shown = (times >= span[0]) & (times <= span[1])
        times, samples = times[shown], samples[shown]
    for gap in getattr(member, "gaps", None) or ():
        start, end = _span(gap)
        samples[(times >= start) & (times <= end)] = np.nan
    finite = samples[np.isfinite(samples)]
    if len(finite):
        samples -= finite.mean()
    peak = float(np.nanmax(np.abs(samples))) if len(finite) else 0.0
    times, samples = thin(times, samples, columns)
    units = value_of(member, "units")
    return Trace(label_of(member), times, samples, peak, distance_of(member), str(units or ""), told_of(member))


def panels_of(members: Sequence[Any], span: Span | None = None, columns: int = COLUMNS) -> list[list[Trace]]:
    """The rows of each panel: one panel, or three for Seismograms, whose components keep their relative sizes."""
    if components_in(members) == 1:
        return [[trace_of(member, columns, span=span) for member in members]]
    panels = [[trace_of(member, columns, number, span) for member in members] for number in range(3)]
    full = [max(trace.peak for trace in row) for row in zip(*panels, strict=True)]
    return [[replace(trace, full=most) for trace, most in zip(panel, full, strict=True)] for panel in panels]


def told_of(holder: Any) -> tuple[str, ...]:
    """The complaints on the error log of a datum or an ensemble, each once."""
    log = getattr(holder, "elog", None)
    entries = [] if log is None else log.get_error_log()
    quiet = (ErrorSeverity.Informational, ErrorSeverity.Debug)
    return tuple(dict.fromkeys(entry.message for entry in entries if entry.badness not in quiet))


def remarks_of(ensemble: Iterable[Any], members: Sequence[Any], mark: str) -> list[str]:
    """What a picture of `members` does not show, in a few short lines: complaints about members (whose labels have
    `mark`) and about the ensemble, and members that are dead or beyond the limit."""
    lines: list[str] = []
    with_some = [(label_of(member), told) for member in members if (told := told_of(member))]
    if with_some:
        label, told = with_some[0]
        first = f"{len(with_some):,} of {len(members):,} traces have complaints on their error logs"
        lines.append(f"{mark} {first}; {label}: {told[0]}")
    everything = list(getattr(ensemble, "member", ensemble))
    dead = [member for member in everything if not (member.live and member.npts)]
    if dead:
        why = next(iter(reversed(told_of(dead[0]))), "")
        lines.append(f"{len(dead):,} dead, not drawn; {label_of(dead[0])}{f': {why}' if why else ''}")
    if more := len(everything) - len(dead) - len(members):
        lines.append(f"{more:,} more not drawn.")
    if told := told_of(ensemble):
        lines.append(f"{told[0]}{f' And {len(told) - 1:,} more.' if len(told) > 1 else ''}")
    return [line if len(line) <= _LONGEST_REMARK else f"{line[: _LONGEST_REMARK - 1]}…" for line in lines]


def _span(gap: Any) -> tuple[float, float]:
    return (gap.start, gap.end) if hasattr(gap, "start") else (gap[0], gap[1])


def label_of(member: Any) -> str:
    """net.sta.loc.chan of a member, without blank codes at the ends."""
    chan = value_of(member, "chan")
    shared = f"{chan[0][:2]}?" if isinstance(chan, list) and chan else chan
    codes = [location(value) for value in (*(value_of(member, key) for key in ("net", "sta", "loc")), shared)]
    return ".".join(codes).strip(".") or "?"


def distance_of(member: Any) -> float | None:
    """Epicentral distance in degrees, from MsPASS's attributes of receiver and source; None if one is missing."""
    for prefix in ("channel_", "site_", ""):
        places = [value_of(member, key) for key in (f"{prefix}lat", f"{prefix}lon", "source_lat", "source_lon")]
        if all(place is not None for place in places):
            return float(distance_degrees(*(float(place) for place in places)))
    return None


def origin_of(ensemble: Any, members: Sequence[Any]) -> Origin | None:
    """The event that the ensemble, or all its members, name by source_time; None if there is no such event or
    several."""
    holders = [ensemble] if value_of(ensemble, "source_time") is not None else list(members)
    times = {value_of(holder, "source_time") for holder in holders}
    if len(times) != 1 or None in times:
        return None
    first, time = holders[0], float(times.pop())
    text = f"Origin {iso(round(time * 1e3) * 1_000_000).replace('T', ' ').rstrip('Z')} UTC"
    magnitude, depth = value_of(first, "source_magnitude"), value_of(first, "source_depth")
    text += f", M {magnitude:.1f}" if magnitude is not None else ""
    text += f", {depth:.0f} km deep" if depth is not None else ""
    return Origin(time, text)


def value_of(holder: Any, key: str) -> Any:
    """The value under a key in the Metadata of a datum, or in a document; None if it is not there."""
    if isinstance(holder, Mapping):
        return holder.get(key)
    return holder[key] if hasattr(holder, "is_defined") and holder.is_defined(key) else None
