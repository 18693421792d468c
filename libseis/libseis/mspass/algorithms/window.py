"""Cutting windows, and scaling data by their amplitude in a window (names of mspasspy.algorithms.window).

Dead data pass unchanged. Windows keep the gap list of what they cover; scaling measures what fills a gap like data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.algorithms.amplitudes import ScalingMethod, _scale, _scale_ensemble, _scale_ensemble_members
from libseis.mspass.algorithms.merging import merge
from libseis.mspass.decorators import mspass_func_wrapper
from libseis.objects.kinds import ATOMIC, DATA, ENSEMBLES, Atomic, Datum, Ensemble, members_of
from libseis.objects.samples import part
from libseis.objects.timewindow import TimeWindow
from libseis.signal.tapers import _TopMute

__all__ = ["TopMute", "WindowData", "WindowDataAtomic", "WindowData_autopad", "merge", "scale"]

SHORT_SEGMENT_HANDLING = ("kill", "truncate", "pad")


@dataclass(frozen=True, slots=True)
class _SampleRange:
    """The samples that a window asks for, and those of them that the datum has."""

    first: int
    count: int
    begin: int
    end: int

    @property
    def is_whole(self) -> bool:
        return self.begin == self.first and self.end == self.first + self.count

    @property
    def missing(self) -> int:
        return self.count - max(0, self.end - self.begin)


def _half_away(x: float) -> int:
    """Round half away from zero, as sample_number does."""
    return math.floor(x + 0.5) if x >= 0 else math.ceil(x - 0.5)


def _sample_range(d: Atomic, start: float, end: float) -> _SampleRange:
    """MsPASS's rule: the sample nearest to `start`, and round((end - start) / dt) + 1 samples.

    Each end may lie up to half a sample beyond the data. Rounding both ends can ask for one sample more than lies
    before `end`; it is not asked for where the datum ends there.
    """
    first = d.sample_number(start)
    count = _half_away((end - start) / d.dt) + 1
    if first + count == d.npts + 1 and end < d.endtime() + 0.5 * d.dt and count > 1:
        count -= 1
    return _SampleRange(first, count, max(first, 0), min(first + count, d.npts))


def _shift(d: Atomic, t0shift: float | str | None) -> float | None:
    """The time that a window is relative to: a number, or the Metadata value of that name (None if it is not there)."""
    if t0shift is None:
        return 0.0
    if not isinstance(t0shift, str):
        return float(t0shift)
    return float(d.get_double(t0shift)) if d.is_defined(t0shift) else None


def _dead_part(d: Atomic, message: str) -> Atomic:
    """A dead, empty copy that says why; the datum itself stays as it is."""
    dead = part(d, 0, 0)
    dead.elog.log_error("WindowData", message, ErrorSeverity.Invalid)
    dead.kill()
    return dead


@dataclass(frozen=True, slots=True)
class _Request:
    """The arguments of WindowData that concern one datum."""

    start: float
    end: float
    t0shift: float | str | None
    short_segment_handling: str
    log_recoverable_errors: bool

    def __post_init__(self) -> None:
        if self.short_segment_handling not in SHORT_SEGMENT_HANDLING:
            raise ValueError(
                f"short_segment_handling must be one of {', '.join(SHORT_SEGMENT_HANDLING)}, "
                f"found {self.short_segment_handling!r}"
            )

    def cut(self, d: Atomic, empty_outside: bool) -> Atomic:
        """The window of a live datum; `empty_outside` empties, kills and returns a datum wholly outside of it."""
        shift = _shift(d, self.t0shift)
        if shift is not None:
            return self._cut(d, shift, empty_outside)
        window = self._cut(d, 0.0, empty_outside)
        if self.log_recoverable_errors:
            message = f"t0shift: the Metadata has no {self.t0shift!r}; a shift of 0 was used"
            window.elog.log_error("WindowData", message, ErrorSeverity.Complaint)
        return window

    def _cut(self, d: Atomic, shift: float, empty_outside: bool) -> Atomic:
        start, end = self.start + shift, self.end + shift
        if not (math.isfinite(start) and math.isfinite(end)):
            raise ValueError(f"the window from {start} to {end} must have finite ends")
        if not (math.isfinite(d.dt) and d.dt > 0.0):
            raise ValueError(f"the datum's sample interval {d.dt} must be positive and finite")
        if start > end:
            return _dead_part(d, f"the window from {start} to {end} ends before it starts; swap its ends")
        inside = end >= d.t0 and start <= d.endtime()
        if inside:
            span = _sample_range(d, start, end)
            if span.is_whole:
                return part(d, span.first, span.count)
        where = f"the window from {start} to {end} is %s the data from {d.t0} to {d.endtime()}"
        if not inside:
            if not empty_outside:
                return _dead_part(d, where % "outside")
            d.elog.log_error("WindowData", where % "outside", ErrorSeverity.Invalid)
            d.npts = 0
            d.kill()
            return d
        lacks = f"{where % 'not covered by'}: {span.missing} of {span.count} samples"
        if self.short_segment_handling == "kill":
            return _dead_part(d, f"{lacks} are missing")
        if self.short_segment_handling == "truncate":
            window, done = part(d, span.begin, span.end - span.begin), "left out"
        else:
            window, done = part(d, span.first, span.count), "set to zero"
        if self.log_recoverable_errors:
            window.elog.log_error("WindowData", f"{lacks} were {done}", ErrorSeverity.Complaint)
        return window


def WindowDataAtomic(
    d: Atomic,
    win_start: float,
    win_end: float,
    t0shift: float | str | None = None,
    short_segment_handling: str = "kill",
    log_recoverable_errors: bool = True,
) -> Atomic:
    """`WindowData` for one live TimeSeries or Seismogram, without the keywords of processing functions.

    ValueError for another `short_segment_handling` and for times or a sample interval that are no numbers.
    """
    request = _Request(win_start, win_end, t0shift, short_segment_handling, log_recoverable_errors)
    return request.cut(d, empty_outside=True)


def _WindowData(parent: Atomic, tw: TimeWindow) -> Atomic:
    """The window of a live datum as a new one, dead with the reason when the datum does not cover it."""
    return _Request(tw.start, tw.end, None, "kill", True).cut(parent, empty_outside=False)


def _window_ensemble(
    ensemble: Ensemble, request: _Request, overwrite_members: bool, retain_dead_members: bool
) -> Ensemble:
    """Window every member into a new ensemble with the same Metadata, or in place."""
    windows = [
        request.cut(member, overwrite_members) if member.live else type(member)(member) for member in ensemble.member
    ]
    out: Ensemble = ensemble
    if overwrite_members:
        out.member.clear()
    else:
        out = type(ensemble)(ensemble._get_ensemble_md(), len(windows))
        out.elog = ensemble.elog
    for window in windows:
        if window.live or retain_dead_members:
            members_of(out).adopt(window)
    if any(member.live for member in out.member):
        out.live = True
    else:
        out.elog.log_error("WindowData", "no member of the ensemble has data in the window", ErrorSeverity.Invalid)
        out.kill()
    return out


@mspass_func_wrapper
def WindowData(
    mspass_object: Datum,
    win_start: float,
    win_end: float,
    t0shift: float | str | None = None,
    short_segment_handling: str = "kill",
    log_recoverable_errors: bool = True,
    overwrite_members: bool = False,
    retain_dead_members: bool = True,
    *,
    object_history: bool = False,
    alg_name: str = "WindowData",
    alg_id: str | None = None,
    dryrun: bool = False,
) -> Datum:
    """Cut the samples from `win_start` to `win_end` (seconds in the datum's time base), both ends included.

    The window starts at the sample nearest to `win_start` and has round((win_end - win_start) / dt) + 1 samples; its
    t0 is that sample's time. Times are relative to `t0shift`: seconds, or the name of a Metadata value. A new datum is
    returned, with Metadata, history and elog of the old one. A datum wholly outside the window is itself emptied,
    killed and returned; where the window is partly outside, `short_segment_handling` makes it dead ("kill": the new
    datum), cuts it at the data ("truncate") or sets what is missing to zero ("pad"); the last two are logged as
    Complaints where `log_recoverable_errors`. Half a sample beyond the data counts as inside.

    Ensembles are windowed member by member into a new ensemble, or in place with `overwrite_members`; dead members
    are kept unless `retain_dead_members` is False. Gaps inside the window stay on its gap list. Further keywords: see
    libseis.mspass.decorators.processing.Control.
    """
    request = _Request(win_start, win_end, t0shift, short_segment_handling, log_recoverable_errors)
    if isinstance(mspass_object, ENSEMBLES):
        return _window_ensemble(mspass_object, request, overwrite_members, retain_dead_members)
    return request.cut(mspass_object, empty_outside=True)


def WindowData_autopad(
    mspass_object: Datum,
    stime: float,
    etime: float,
    pad_fraction_cutoff: float = 0.05,
    **kwargs: Any,
) -> Datum:
    """Cut a window of exactly round((etime - stime) / dt) + 1 samples, padding a short datum with zeros.

    A datum that lacks more than `pad_fraction_cutoff` of the window's samples is killed instead. ValueError, with
    nothing changed, when stime > etime or a sample interval is not finite and positive; TypeError when
    `mspass_object` is no data object. Dead data pass unchanged. `kwargs` are those of WindowData.
    """
    if not isinstance(mspass_object, DATA):
        raise TypeError(f"WindowData_autopad only accepts seismic data objects, found {type(mspass_object).__name__}")
    if not stime <= etime:
        raise ValueError(f"WindowData_autopad: stime must be less than or equal to etime, found {stime} and {etime}")
    members = mspass_object.member if isinstance(mspass_object, ENSEMBLES) else [mspass_object]
    for d in members:
        if d.live and not (math.isfinite(d.dt) and d.dt > 0.0):
            raise ValueError(f"WindowData_autopad: the sample interval must be finite and positive, found {d.dt}")
    for d in members:
        if d.dead() or etime < d.t0 or stime > d.endtime():
            continue
        span = _sample_range(d, stime, etime)
        if span.missing > pad_fraction_cutoff * span.count:
            d.elog.log_error(
                "WindowData_autopad",
                f"{span.missing} of {span.count} samples from {stime} to {etime} are missing, "
                f"more than the fraction {pad_fraction_cutoff}",
                ErrorSeverity.Invalid,
            )
            d.kill()
    padded: Datum = WindowData(
        mspass_object,
        stime,
        etime,
        short_segment_handling="pad",
        log_recoverable_errors=False,
        **({"alg_name": "WindowData_autopad"} | kwargs),
    )
    return padded


class TopMute(_TopMute):
    """Zero before `t0`, a ramp ("linear" or "cosine") to one at `t1`; times in the datum's time base.

    MsPASSError (Invalid) for another ramp or t0 >= t1.
    """

    def __init__(self, t0: float = 0.0, t1: float = 0.5, type: str = "cosine") -> None:
        super().__init__(t0, t1, type)

    def apply(self, d: Datum, object_history: bool = False, instance: str | None = None) -> int:
        """Mute a datum, or all members of an ensemble, in place; 0, or -1 when one was killed.

        A mute that begins before the first sample kills with an elog entry. Dead data are left alone; gaps are muted
        like samples. With `object_history` the call is recorded under the id `instance`. MsPASSError (Fatal) when
        `d` is no data object.
        """
        if isinstance(d, ENSEMBLES):
            return min((self.apply(member, object_history, instance) for member in d.member), default=0)
        if not isinstance(d, ATOMIC):
            raise MsPASSError(
                f"TopMute.apply: the datum must be a TimeSeries or Seismogram, found {type(d).__name__}.",
                ErrorSeverity.Fatal,
            )
        status = super().apply(d)
        if object_history and d.live:
            from libseis.mspass import logging_helper

            logging_helper.info(d, str(instance), "TopMute")
        return status


SCALING: dict[str, tuple[ScalingMethod, str]] = {
    "peak": (ScalingMethod.Peak, "amplitude"),
    "rms": (ScalingMethod.RMS, "rms_amplitude"),
    "perc": (ScalingMethod.ClipPerc, "perc_amplitude"),
    "mad": (ScalingMethod.MAD, "mad_amplitude"),
}
"""Names of the methods, and the Metadata keys for the amplitudes they measure."""


def _live_members(d: Datum) -> list[Atomic]:
    members = d.member if isinstance(d, ENSEMBLES) else [d]
    return [member for member in members if member.live]


def _log_all(members: list[Atomic], message: str, severity: ErrorSeverity) -> None:
    for member in members:
        member.elog.log_error("scale", message, severity)


@mspass_func_wrapper
def scale(
    d: Datum,
    compute_from_window: bool = False,
    window: TimeWindow | None = None,
    method: str = "peak",
    level: float = 1.0,
    scale_by_section: bool = False,
    use_mean: bool = False,
    *,
    object_history: bool = False,
    alg_name: str = "scale",
    alg_id: str | None = None,
    dryrun: bool = False,
    handles_dead_data: bool = True,
) -> Datum:
    """Scale data in place so that their amplitude becomes `level`; calib changes so that units can be restored.

    `method` is "peak", "rms", "mad" or "perc" (see `amplitudes`); for "perc" `level` is the fraction
    (0, 1] that is measured, and the amplitude becomes 1. The amplitude goes to the Metadata as amplitude,
    rms_amplitude, mad_amplitude or perc_amplitude. With `compute_from_window` only `window` is measured. Members of an
    ensemble are scaled one by one, or with `scale_by_section` by one gain from their median (`use_mean`: mean) on a
    logarithmic scale, the amplitude then in the ensemble's Metadata.

    Dead data are left alone; an error kills the live ones. ValueError for an unknown method, a missing window, and a
    level that is not positive; a bad fraction for "perc" is a Complaint and 1 is taken.
    """
    name = method.lower()
    if name not in SCALING:
        raise ValueError(f"method must be one of {', '.join(SCALING)}, found {method!r}")
    if compute_from_window and not isinstance(window, TimeWindow):
        raise TypeError(f"scale: compute_from_window needs a TimeWindow as window, found {type(window).__name__}")
    scaling, key = SCALING[name]
    live = _live_members(d)
    if not live:
        return d
    if scaling is ScalingMethod.ClipPerc:
        if not 0.0 < level <= 1.0:
            _log_all(live, f"level {level} is no fraction in (0, 1]. Defaulted to 1.0", ErrorSeverity.Complaint)
            level = 1.0
    elif not (math.isfinite(level) and level > 0.0):
        raise ValueError(f"level must be finite and positive, found {level}")
    measured = window if compute_from_window else None
    try:
        if not isinstance(d, ENSEMBLES):
            d[key] = _scale(d, scaling, level, measured)
        elif scale_by_section:
            d[key] = _scale_ensemble(d, scaling, level, use_mean)
        else:
            found = _scale_ensemble_members(d, scaling, level, measured)
            for member, amplitude in zip(d.member, found, strict=True):
                if member.live:
                    member[key] = amplitude
    except Exception as error:
        message = error.message if isinstance(error, MsPASSError) else f"unexpected exception {error!r}"
        _log_all(live, message, ErrorSeverity.Invalid)
        for member in live:
            member.kill()
    return d
