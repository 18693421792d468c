"""Arrival times by a SeisBench model (names of mspasspy.algorithms.ml.arrival)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Protocol

from libseis.extras import extra
from libseis.objects.samples import has_gaps
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timewindow import TimeWindow

__all__ = ["annotate_arrival_time"]

PROBABILITIES = "PhaseNet_P"
DEFAULT_THRESHOLD = 0.2

_log = logging.getLogger(__name__)


class Model(Protocol):
    """What a SeisBench model does: a Stream of probabilities for a Stream of data."""

    def annotate(self, stream: Any) -> Any: ...


def annotate_arrival_time(
    timeseries: TimeSeries,
    threshold: float = DEFAULT_THRESHOLD,
    time_window: TimeWindow | None = None,
    model: Model | None = None,
    model_args: Mapping[str, Any] | None = None,
) -> None:
    """Put P picks into the Metadata of a datum: p_wave_picks, a dict of epoch time -> probability.

    The datum becomes UTC in place. Dead data are not changed; data with gaps get no picks in them.

    Parameters
    ----------
    timeseries
        The datum.
    threshold
        Least probability of a pick, from 0 to 1; another value is told by a warning, and 0.2 is used.
    time_window
        Span to look at in epoch seconds; one that does not meet the data is told by a warning, and all data are used.
    model
        A SeisBench model whose probabilities have the channel PhaseNet_P.
    model_args
        Without a model: "name" is that of the trained PhaseNet, by default stead.

    Raises
    ------
    ModuleNotFoundError
        No model is given, and seisbench is not installed.
    """
    if timeseries.dead():
        return
    if not 0.0 <= threshold <= 1.0:
        _log.warning("a threshold must be from 0 to 1, found %s; %s is used", threshold, DEFAULT_THRESHOLD)
        threshold = DEFAULT_THRESHOLD
    timeseries.rtoa()
    annotate = (model or _trained(model_args)).annotate
    span = _span(timeseries, time_window)
    timeseries["p_wave_picks"] = {}
    trace = _probabilities(annotate(_stream(timeseries, span)))
    if trace is None:
        _log.warning("the model gives no trace %s", PROBABILITIES)
        return
    times, values = trace.times("timestamp"), trace.data
    chosen = values >= threshold
    if span is not None:
        chosen &= (times >= span.start) & (times <= span.end)
    for gap in timeseries.gaps if has_gaps(timeseries) else ():
        chosen &= (times < gap.start) | (times > gap.end)
    timeseries["p_wave_picks"] = {float(t): float(p) for t, p in zip(times[chosen], values[chosen], strict=True)}


def _trained(model_args: Mapping[str, Any] | None) -> Model:
    from seisbench.models import PhaseNet

    found: Model = PhaseNet.from_pretrained((model_args or {}).get("name", "stead"))
    return found


def _span(d: TimeSeries, window: TimeWindow | None) -> TimeWindow | None:
    """The part of the window that the data cover; all data if there is none."""
    if window is None:
        return None
    if window.end < d.t0 or window.start > d.endtime():
        _log.warning("the window from %s to %s is outside the data; all data are used", window.start, window.end)
        return TimeWindow(d.t0, d.endtime())
    return TimeWindow(max(window.start, d.t0), min(window.end, d.endtime()))


def _stream(d: TimeSeries, span: TimeWindow | None) -> Any:
    with extra("obspy"):
        from obspy import Stream, UTCDateTime

        from libseis.obspy.converter import TimeSeries2Trace

    stream = Stream([TimeSeries2Trace(TimeSeries(d))])
    return stream if span is None else stream.trim(UTCDateTime(span.start), UTCDateTime(span.end))


def _probabilities(stream: Any) -> Any:
    return next((trace for trace in stream if trace.stats.channel == PROBABILITIES), None)
