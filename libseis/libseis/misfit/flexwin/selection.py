"""The whole selection for one pair of traces: seeds, shape tests, curtailing, signal to noise, data fit, scheduling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..settings import Criterion, Edition, WindowSettings
from ..traveltimes import PhaseArrival
from .agreement import Agreement, measure_agreement
from .candidates import SHAPE_TESTS, Bounds, curtail, peaks_and_edges, revived, seed_grids
from .scheduling import best_schedule
from .stalta import Indices, Samples, envelope, sta_lta
from .window import RejectedWindow, Rejection, Window


@dataclass(frozen=True, slots=True, eq=False)
class SelectionInput:
    """One component: filtered traces (npts,) on the same samples, and where the station is.

    dt: s. min_period, max_period: s, the band of the filter. origin_s: seconds from the first sample to the origin
    (negative if the trace starts after it). arrivals: of all phases, or empty without an event. distance_km: None
    without an event.
    """

    observed: Samples
    synthetic: Samples
    dt: float
    min_period: float
    max_period: float
    origin_s: float = 0.0
    arrivals: tuple[PhaseArrival, ...] = ()
    distance_km: float | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Accepted windows in order of time, rejected windows if asked for, and why the whole trace cannot have any."""

    windows: tuple[Window, ...]
    rejected: tuple[RejectedWindow, ...] = ()
    note: str = ""


def select_windows(pair: SelectionInput, settings: WindowSettings, *, keep_rejected: bool = False) -> Selection:
    """Choose the windows of one component.

    Parameters
    ----------
    pair
        The observed and the synthetic trace with their travel times.
    settings
        Settings of the selection.
    keep_rejected
        True to return every rejected candidate with its first failure; there may be many thousand of them.

    Returns
    -------
    Selection
        The windows, and the rejected candidates.

    References
    ----------
    Maggi, A., C. Tape, M. Chen, D. Chao and J. Tromp (2009), An automated time-window selection algorithm for seismic
    tomography, Geophys. J. Int. 178, 257-281.
    """
    noise = _noise_samples(pair, settings)
    if settings.check_global_data_quality:
        note = _global_quality(pair, settings, noise)
        if note:
            return Selection((), note=note)
    rejected: list[RejectedWindow] = []
    ratio = sta_lta(envelope(pair.synthetic), pair.dt, pair.min_period)
    edges = _shape_stage(ratio, pair, settings, rejected if keep_rejected else None)
    fits: list[tuple[int, int, int, Agreement, float]] = []
    for left, right in edges:
        centre = (left + right) // 2
        failure = _length_or_noise(pair, settings, noise, left, right, centre)
        if failure is None:
            agreement = measure_agreement(pair.observed, pair.synthetic, left, right)
            failure = _misfit(agreement, pair.dt, settings, left, right, centre)
            fits.append((left, right, centre, agreement, window_weight(settings, pair, left, right, agreement.max_cc)))
        if failure is not None:
            rejected.append(failure)
            if fits and fits[-1][:2] == (left, right):
                fits.pop()
    chosen = best_schedule(
        [(left, right) for left, right, *_ in fits],
        [fit[-1] for fit in fits],
        first_weighs_nothing=settings.edition is Edition.PORT,
    )
    windows = tuple(
        Window(
            left,
            right,
            centre,
            pair.dt,
            pair.min_period,
            fit.cc_shift,
            fit.max_cc,
            fit.dlna,
            weight,
            phases=phases_inside(pair, left, right),
        )
        for left, right, centre, fit, weight in (fits[i] for i in chosen)
    )
    if not keep_rejected:
        return Selection(windows)
    lost = set(range(len(fits))) - set(chosen)
    rejected += [RejectedWindow(*fits[i][:3], Rejection.OVERLAP, value=fits[i][-1]) for i in sorted(lost)]
    return Selection(windows, tuple(rejected))


def window_weight(settings: WindowSettings, pair: SelectionInput, left: int, right: int, max_cc: float) -> float:
    """Length in minimum periods times max_cc, or the value of the settings' own function."""
    if settings.weight_function is not None:
        return settings.weight_function(left, right, max_cc, pair.dt, pair.min_period)
    return (right - left) * pair.dt / pair.min_period * max_cc


def phases_inside(pair: SelectionInput, left: int, right: int) -> tuple[PhaseArrival, ...]:
    """The predicted arrivals within the window's times."""
    start, end = left * pair.dt - pair.origin_s, right * pair.dt - pair.origin_s
    return tuple(arrival for arrival in pair.arrivals if start <= arrival.time <= end)


def _bounds(pair: SelectionInput, settings: WindowSettings) -> Bounds:
    last_sample = pair.synthetic.size - 1
    if not pair.arrivals or pair.distance_km is None:
        return Bounds(0, last_sample, -np.inf, np.inf)
    first_arrival = pair.origin_s + pair.arrivals[0].time
    slowest = pair.origin_s + pair.distance_km / settings.min_surface_wave_velocity
    return Bounds(
        first=max(int((first_arrival - settings.max_time_before_first_arrival) / pair.dt), 0),
        last=min(int((slowest + pair.max_period) / pair.dt), last_sample),
        arrival=(first_arrival - pair.min_period) / pair.dt,
        slowest=slowest / pair.dt,
    )


def _shape_stage(
    ratio: Samples, pair: SelectionInput, settings: WindowSettings, rejected: list[RejectedWindow] | None
) -> Sequence[tuple[int, int]]:
    """Distinct curtailed (left, right) of the candidates that passed the shape tests, in order of time."""
    bounds = _bounds(pair, settings)
    peaks, troughs = peaks_and_edges(ratio, bounds)
    found: list[Indices] = []
    grids = list(seed_grids(ratio, peaks, troughs, bounds, pair.dt, pair.min_period, settings))
    if settings.edition is Edition.PORT:
        grids = revived(grids)
    for grid in grids:
        row, column = np.nonzero(grid.failed == len(SHAPE_TESTS))
        edges = np.column_stack((grid.left[row], grid.right[column]))
        found.append(curtail(edges, grid.seed, peaks, pair.min_period / pair.dt, settings))
        if rejected is not None:
            row, column = np.nonzero(grid.failed < len(SHAPE_TESTS))
            rejected += [
                RejectedWindow(int(grid.left[i]), int(grid.right[j]), grid.seed, SHAPE_TESTS[grid.failed[i, j]])
                for i, j in zip(row, column, strict=True)
            ]
    if not found:
        return []
    distinct = np.unique(np.concatenate(found), axis=0)
    return [(int(left), int(right)) for left, right in distinct]


def _noise_samples(pair: SelectionInput, settings: WindowSettings) -> slice | None:
    """The noise before the first arrival; None if there is no noise and so no ratio."""
    end = settings.noise_end_index
    if end is None and pair.arrivals:
        if settings.edition is Edition.PAPER:
            end = int((pair.origin_s + pair.arrivals[0].time - pair.min_period) / pair.dt)
        else:
            end = int(pair.arrivals[0].time - pair.min_period)
            if end < 0:
                end += pair.observed.size
    if end is None or end <= settings.noise_start_index:
        return None
    return slice(settings.noise_start_index, end)


def _global_quality(pair: SelectionInput, settings: WindowSettings, noise: slice | None) -> str:
    """Why the whole trace is too noisy, or "" if it is not."""
    if noise is None:
        return "the trace has no noise before the first arrival to judge its quality by"
    start = noise.stop if settings.signal_start_index is None else settings.signal_start_index
    signal, quiet = pair.observed[start : settings.signal_end_index], pair.observed[noise]
    with np.errstate(divide="ignore"):
        energy = float(np.divide(np.mean(signal**2), np.mean(quiet**2)))
        amplitude = float(np.divide(np.abs(signal).max(), np.abs(quiet).max()))
    if energy < settings.snr_integrate_base:
        return f"energy signal-to-noise ratio {energy:.3g} of the trace is below {settings.snr_integrate_base:g}"
    if amplitude < settings.snr_max_base:
        return f"amplitude signal-to-noise ratio {amplitude:.3g} of the trace is below {settings.snr_max_base:g}"
    return ""


def _at(criterion: Criterion, sample: int) -> float:
    return float(criterion[sample]) if isinstance(criterion, np.ndarray) else float(criterion)


def _length_or_noise(
    pair: SelectionInput, settings: WindowSettings, noise: slice | None, left: int, right: int, centre: int
) -> RejectedWindow | None:
    length, shortest = (right - left) * pair.dt, settings.c_1 * pair.min_period
    if length < shortest:
        return RejectedWindow(left, right, centre, Rejection.MIN_LENGTH_CURTAILED, length, shortest)
    if noise is None:
        return None
    quiet = float(np.abs(pair.observed[noise]).max())
    loud = float(np.abs(pair.observed[left : right + 1]).max())
    ratio = loud / quiet if quiet else np.inf
    limit = _at(settings.s2n_limit, centre)
    if ratio < limit:
        return RejectedWindow(left, right, centre, Rejection.SIGNAL_TO_NOISE, ratio, limit)
    return None


def _misfit(
    fit: Agreement, dt: float, settings: WindowSettings, left: int, right: int, centre: int
) -> RejectedWindow | None:
    shift, limit = fit.cc_shift * dt, _at(settings.tshift_acceptance_level, centre)
    if abs(shift - settings.tshift_reference) > limit:
        return RejectedWindow(left, right, centre, Rejection.TIME_SHIFT, shift, limit)
    limit = _at(settings.dlna_acceptance_level, centre)
    if not abs(fit.dlna - settings.dlna_reference) <= limit:
        return RejectedWindow(left, right, centre, Rejection.AMPLITUDE, fit.dlna, limit)
    limit = _at(settings.cc_acceptance_level, centre)
    if fit.max_cc < limit:
        return RejectedWindow(left, right, centre, Rejection.CORRELATION, fit.max_cc, limit)
    return None
