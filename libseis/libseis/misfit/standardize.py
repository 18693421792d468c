"""Give the observed trace the same start, rate and number of samples as the synthetic one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .errors import MisfitError, Reason

if TYPE_CHECKING:
    from obspy import Stream, Trace


def one_trace(stream: Stream, component: str, role: str) -> Trace:
    """The trace of a component; MisfitError if it is missing, of several sensors, constant, or has gaps or NaN.

    `role` is "observed" or "synthetic", for the message.
    """
    found = [trace for trace in stream if trace.stats.channel[-1:] == component]
    if not found:
        reason = Reason.NO_OBSERVED if role == "observed" else Reason.NO_SYNTHETIC
        raise MisfitError(f"There is no {role} trace of component {component}.", reason)
    ids = sorted({trace.id for trace in found})
    if len(ids) > 1:
        raise MisfitError(
            f"Component {component} has {len(ids)} {role} sensors ({', '.join(ids)}); choose one of them.",
            Reason.AMBIGUOUS_COMPONENT,
        )
    if len(found) > 1 or np.ma.is_masked(found[0].data):
        raise MisfitError(
            f"The {role} trace {ids[0]} has gaps ({len(found)} pieces); fill or cut it first.",
            Reason.GAP,
            seed_id=ids[0],
        )
    trace = found[0]
    if trace.stats.npts < 2:
        raise MisfitError(f"The {role} trace {ids[0]} has fewer than two samples.", Reason.ZERO_TRACE, seed_id=ids[0])
    if not np.isfinite(trace.data).all():
        raise MisfitError(f"The {role} trace {ids[0]} holds NaN or infinity.", Reason.NOT_FINITE, seed_id=ids[0])
    if np.ptp(trace.data) == 0:
        raise MisfitError(f"The {role} trace {ids[0]} is constant: no signal.", Reason.ZERO_TRACE, seed_id=ids[0])
    return trace


def standardize_pair(observed: Trace, synthetic: Trace) -> tuple[Trace, Trace]:
    """New traces with the start, rate and npts of the synthetic; the arguments are not changed.

    Zeros are added if an observed trace starts late or ends early. It is resampled in the frequency domain (Fourier
    method, Hann window), but only if the rates differ, because resampling at equal rates only adds noise. MisfitError
    if the two traces share no time.
    """
    obs, syn = observed.copy(), synthetic.copy()
    syn.data = np.asarray(syn.data, dtype=np.float64)
    if obs.stats.endtime <= syn.stats.starttime or obs.stats.starttime >= syn.stats.endtime:
        raise MisfitError(
            f"{obs.id} ({obs.stats.starttime} to {obs.stats.endtime}) and its synthetic ({syn.stats.starttime} to "
            f"{syn.stats.endtime}) do not overlap.",
            Reason.NO_OVERLAP,
            seed_id=obs.id,
        )
    late = obs.stats.starttime - syn.stats.starttime
    if late > 0:
        padding = np.zeros(int(late * obs.stats.sampling_rate), dtype=obs.data.dtype)
        obs.data = np.concatenate((padding, obs.data))
        obs.stats.starttime = syn.stats.starttime
    if obs.stats.sampling_rate != syn.stats.sampling_rate:
        obs.resample(syn.stats.sampling_rate)
    obs.data = np.asarray(obs.data, dtype=np.float64)
    skip = round((syn.stats.starttime - obs.stats.starttime) * syn.stats.sampling_rate)
    data = obs.data[max(skip, 0) : max(skip, 0) + syn.stats.npts]
    obs.data = np.concatenate((data, np.zeros(syn.stats.npts - data.size)))
    obs.stats.starttime = syn.stats.starttime
    return obs, syn
