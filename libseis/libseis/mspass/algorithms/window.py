"""Cutting windows, and scaling data by their amplitude in a window (names of mspasspy.algorithms.window).

Dead data pass unchanged. Windows keep the gaps that they cover; scaling takes the samples that fill a gap as data.
"""

from __future__ import annotations

import math
from typing import Any

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.algorithms.amplitudes import ScalingMethod, _scale, _scale_ensemble, _scale_ensemble_members
from libseis.mspass.algorithms.merging import merge
from libseis.mspass.decorators import mspass_func_wrapper, mspass_method_wrapper
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
    """Cut a window of one live datum, as `WindowData` does, without the options of MsPASS's function wrapper.

    Parameters
    ----------
    d
        The datum.
    win_start
        Start in seconds, in the time base of the datum.
    win_end
        End in seconds, in the time base of the datum.
    t0shift
        Seconds that are added to both times, or the Metadata name of such a value.
    short_segment_handling
        "kill", "truncate" or "pad"; see WindowData.
    log_recoverable_errors
        True to log "truncate" and "pad" as Complaints.

    Returns
    -------
    Atomic
        The window.

    Raises
    ------
    ValueError
        `short_segment_handling` has another value, or a time or the sampling interval is not a number.
    MsPASSError
        `d` is not a datum (severity Fatal).
    """
    if not isinstance(d, ATOMIC):
        raise MsPASSError(
            f"WindowDataAtomic: the datum must be a TimeSeries or Seismogram, found {type(d).__name__}.",
            ErrorSeverity.Fatal,
        )
    request = WindowRequest(win_start, win_end, t0shift, short_segment_handling, log_recoverable_errors)
    return request.cut(d, empty_outside=True)


def _WindowData(parent: Atomic, tw: TimeWindow) -> Atomic:
    """Cut a window of a live datum.

    Parameters
    ----------
    parent
        The datum.
    tw
        The window.

    Returns
    -------
    Atomic
        A new datum; it is dead and says why if `parent` does not cover the window.
    """
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
    checks_arg0_type: bool = True,
) -> Datum:
    """Cut a window of data, both ends included.

    The window starts at the sample nearest to `win_start` and has round((win_end - win_start) / dt) + 1 samples. A new
    datum is returned, with Metadata, history and elog of the old one; gaps inside the window stay in its gap list. Half
    a sample outside the data counts as inside. A datum that is completely outside the window is emptied, killed and
    returned.

    Parameters
    ----------
    mspass_object
        A datum or an ensemble; members of an ensemble are cut one by one.
    win_start
        Start in seconds, in the time base of the datum.
    win_end
        End in seconds, in the time base of the datum.
    t0shift
        Seconds that are added to both times, or the Metadata name of such a value.
    short_segment_handling
        What happens if the window is partly outside the data: "kill" (the new datum is dead), "truncate" (it ends where
        the data end) or "pad" (zeros are added).
    log_recoverable_errors
        True to log "truncate" and "pad" as Complaints.
    overwrite_members
        True to replace the members of an ensemble in place, False to make a new ensemble.
    retain_dead_members
        False to leave dead members out.
    object_history
        True to record the call in the history.
    alg_name
        Name of the algorithm in the history.
    alg_id
        Id of the call in the history.
    dryrun
        True to check the arguments only.
    checks_arg0_type
        Option of MsPASS's function wrapper.

    Returns
    -------
    Datum
        The window.

    Raises
    ------
    TypeError
        `mspass_object` is not a data object.
    """
    if not isinstance(mspass_object, DATA):
        raise TypeError(
            f"WindowData: Illegal type for arg0={type(mspass_object)}. Must be a MsPASS seismic data object"
        )
    request = WindowRequest(win_start, win_end, t0shift, short_segment_handling, log_recoverable_errors)
    if isinstance(mspass_object, ENSEMBLES):
        return _window_ensemble(mspass_object, request, overwrite_members, retain_dead_members)
    return request.cut(mspass_object, empty_outside=True)


def WindowData_autopad(
    d: Datum,
    stime: float,
    etime: float,
    pad_fraction_cutoff: float = 0.05,
    **kwargs: Any,
) -> Datum:
    """Cut a window of exactly round((etime - stime) / dt) + 1 samples, and pad a short datum with zeros.

    Dead data are not changed.

    Parameters
    ----------
    d
        A datum or an ensemble.
    stime
        Start in seconds, in the time base of the datum.
    etime
        End in seconds, in the time base of the datum.
    pad_fraction_cutoff
        A datum that lacks more than this fraction of the samples is killed.
    **kwargs
        Further arguments of WindowData.

    Returns
    -------
    Datum
        The window.

    Raises
    ------
    ValueError
        stime > etime, or a sampling interval is not finite and positive; nothing is changed.
    TypeError
        `d` is not a data object.
    """
    if not isinstance(d, DATA):
        raise TypeError(f"WindowData_autopad only accepts seismic data objects, found {type(d).__name__}")
    if not stime <= etime:
        raise ValueError(f"WindowData_autopad: stime must be less than or equal to etime, found {stime} and {etime}")
    members = d.member if isinstance(d, ENSEMBLES) else [d]
    for member in members:
        if member.live and not (math.isfinite(member.dt) and member.dt > 0.0):
            raise ValueError(f"WindowData_autopad: the sample interval must be finite and positive, found {member.dt}")
    for member in members:
        if member.dead() or etime < member.t0 or stime > member.endtime():
            continue
        span = sample_range(member, stime, etime)
        if span.missing > pad_fraction_cutoff * span.count:
            member.elog.log_error(
                "WindowData_autopad",
                f"{span.missing} of {span.count} samples from {stime} to {etime} are missing, "
                f"more than the fraction {pad_fraction_cutoff}",
                ErrorSeverity.Invalid,
            )
            member.kill()
    padded: Datum = WindowData(
        d,
        stime,
        etime,
        short_segment_handling="pad",
        log_recoverable_errors=False,
        **({"alg_name": "WindowData_autopad"} | kwargs),
    )
    return padded


class TopMute:
    """A mute: zero before `t0`, a ramp to one at `t1`, and one after it.

    Parameters
    ----------
    t0
        Start of the ramp, in seconds of the datum's time base.
    t1
        End of the ramp, in seconds of the datum's time base.
    type
        "linear" or "cosine".

    Raises
    ------
    MsPASSError
        The type is another one, or t0 >= t1 (severity Invalid).
    """

    def __init__(self, t0: float = 0.0, t1: float = 0.5, type: str = "cosine") -> None:
        self.processor = _TopMute(t0, t1, type)
        self.t0 = t0

    @mspass_method_wrapper
    def apply(
        self,
        d: Datum,
        *args: Any,
        object_history: bool = False,
        instance: str | None = None,
        checks_arg0_type: bool = True,
        handles_ensembles: bool = False,
        handles_dead_data: bool = True,
        **kwargs: Any,
    ) -> Datum:
        """Mute a datum, or all members of an ensemble, in place.

        A mute that begins before the first sample kills the datum, with an elog entry. Dead data are not changed;
        samples in gaps are muted like others.

        Parameters
        ----------
        d
            The data.
        *args
            Not used; MsPASS takes them too.
        object_history
            True to record the call in the history, with the id `alg_id`.
        instance
            Not used; MsPASS takes it too.
        checks_arg0_type
            Option of MsPASS's method wrapper.
        handles_ensembles
            Option of MsPASS's method wrapper.
        handles_dead_data
            Option of MsPASS's method wrapper.
        **kwargs
            Not used.

        Returns
        -------
        Datum
            `d` itself.

        Raises
        ------
        TypeError
            `d` is not a data object.
        """
        if not isinstance(d, ATOMIC):
            raise TypeError(
                "TopMute.apply:  usage error.  The datum must be a TimeSeries or Seismogram object, or an ensemble of "
                f"them, found {type(d).__name__}."
            )
        self.processor.apply(d)
        return d


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
    propagate_exceptions: bool = True,
) -> Datum:
    """Scale data in place so that their amplitude becomes `level`.

    calib is changed so that the original units can be restored. The measured amplitude goes to the Metadata as
    amplitude, rms_amplitude, mad_amplitude or perc_amplitude. Dead data are not changed. As in MsPASS, arguments that
    make no sense are a Complaint in the elog: for an unknown method nothing is changed, a level that is not positive
    becomes 1, and without a TimeWindow all samples are measured. A window outside the data kills them.

    Parameters
    ----------
    d
        A datum or an ensemble.
    compute_from_window
        True to measure the amplitude only in `window`.
    window
        Where the amplitude is measured.
    method
        "peak", "rms", "mad" or "perc"; see libseis.mspass.algorithms.amplitudes.
    level
        The new amplitude; for "perc" also the fraction in (0, 1] that is measured.
    scale_by_section
        True to scale all members of an ensemble by one gain, from the median of their amplitudes; the amplitude then
        goes to the Metadata of the ensemble.
    use_mean
        True for the mean of the logarithms of the amplitudes instead of the median.
    object_history
        True to record the call in the history.
    alg_name
        Name of the algorithm in the history.
    alg_id
        Id of the call in the history.
    dryrun
        True to check the arguments only.
    handles_dead_data
        Option of MsPASS's function wrapper.
    propagate_exceptions
        Option of MsPASS's function wrapper: errors that are no MsPASSError are raised.

    Returns
    -------
    Datum
        `d` itself.
    """
    live = _live_members(d)
    if not live:
        return d
    if method.lower() not in SCALING:
        _log_all(
            live,
            f"method parameter passed = {method} is not valid. Should be peak, rms, perc, or mad; nothing was changed",
            ErrorSeverity.Complaint,
        )
        return d
    scaling, key = SCALING[method.lower()]
    most = 1.0 if scaling is ScalingMethod.ClipPerc else math.inf
    if not (0.0 < level <= most and math.isfinite(level)):
        _log_all(
            live, f"{method} scaling method given illegal value={level}\nDefaulted to 1.0", ErrorSeverity.Complaint
        )
        level = 1.0
    measured = window if compute_from_window and isinstance(window, TimeWindow) else None
    if compute_from_window and measured is None:
        _log_all(
            live,
            f"compute_from_window needs a TimeWindow, found {type(window).__name__}; all samples are measured",
            ErrorSeverity.Complaint,
        )
    try:
        _scale_data(d, scaling, level, scale_by_section, use_mean, measured, key)
    except MsPASSError as error:
        _log_all(live, error.message, ErrorSeverity.Invalid)
        for member in live:
            member.kill()
    return d


def _scale_data(
    d: Datum,
    scaling: ScalingMethod,
    level: float,
    by_section: bool,
    use_mean: bool,
    window: TimeWindow | None,
    key: str,
) -> None:
    """Scale, and put the amplitudes into the Metadata."""
    if not isinstance(d, ENSEMBLES):
        d[key] = _scale(d, scaling, level, window)
    elif by_section:
        d[key] = _scale_ensemble(d, scaling, level, use_mean)
    else:
        found = _scale_ensemble_members(d, scaling, level, window)
        for member, amplitude in zip(d.member, found, strict=True):
            if member.live:
                member[key] = amplitude
