"""Cutting windows, and scaling data by their amplitude in a window (names of mspasspy.algorithms.window).

Dead data pass unchanged. Windows keep the gap list of what they cover; scaling measures what fills a gap like data.
"""

from __future__ import annotations

import math
from typing import Any

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.algorithms.amplitudes import ScalingMethod, _scale, _scale_ensemble, _scale_ensemble_members
from libseis.mspass.algorithms.merging import merge
from libseis.mspass.decorators import mspass_func_wrapper
from libseis.objects.kinds import ATOMIC, DATA, ENSEMBLES, Atomic, Datum, Ensemble, members_of
from libseis.objects.timewindow import TimeWindow
from libseis.signal.tapers import _TopMute
from libseis.signal.windows import WindowRequest, sample_range

__all__ = ["TopMute", "WindowData", "WindowDataAtomic", "WindowData_autopad", "merge", "scale"]


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
    request = WindowRequest(win_start, win_end, t0shift, short_segment_handling, log_recoverable_errors)
    return request.cut(d, empty_outside=True)


def _WindowData(parent: Atomic, tw: TimeWindow) -> Atomic:
    """The window of a live datum as a new one, dead with the reason when the datum does not cover it."""
    return WindowRequest(tw.start, tw.end, None, "kill", True).cut(parent, empty_outside=False)


def _window_ensemble(
    ensemble: Ensemble, request: WindowRequest, overwrite_members: bool, retain_dead_members: bool
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
    request = WindowRequest(win_start, win_end, t0shift, short_segment_handling, log_recoverable_errors)
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
        span = sample_range(d, stime, etime)
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
