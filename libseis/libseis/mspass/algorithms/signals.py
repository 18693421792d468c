"""Signal processing by obspy on data objects (names of mspasspy.algorithms.signals).

filter, detrend and interpolate work in place; the correlations return what obspy's functions of the same names return.
Dead data pass unchanged (correlations return None). Operators with memory smear across gaps: data with gaps are killed,
fill or split them first; detrend takes what fills a gap as samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.extras import extra
from libseis.mspass.decorators import (
    mspass_func_wrapper,
    mspass_func_wrapper_multi,
    seismogram_as_stream,
    timeseries_as_trace,
)
from libseis.objects.kinds import Ensemble
from libseis.objects.samples import has_gaps, samples
from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble

with extra("obspy"):
    from obspy import Stream, Trace, UTCDateTime
    from obspy.signal import cross_correlation

D = TypeVar("D", TimeSeries, Seismogram)
MultiChannel = Seismogram | Ensemble


def _need_continuous(d: Any) -> None:
    if has_gaps(d):
        raise SampleError(
            f"the datum has {len(d.gaps)} gap(s); fill or split them first", ErrorSeverity.Invalid, what="gaps"
        )


@timeseries_as_trace
@seismogram_as_stream
def _call(data: Any, method: str, args: tuple[Any, ...], options: Mapping[str, Any]) -> None:
    """Call a method of the datum's obspy form, and take its changes back into the datum."""
    getattr(data, method)(*args, **options)


@mspass_func_wrapper
def filter(data: D, type: str, *args: Any, handles_ensembles: bool = False, **options: Any) -> D:
    """Filter in place by obspy's filter of that name ("bandpass", "lowpass", ...), with its options.

    obspy filters from rest: remove the mean first. The Seismogram's components are filtered alike.
    """
    _need_continuous(data)
    _call(data, "filter", (type, *args), options)
    return data


@mspass_func_wrapper
def detrend(data: D, type: str = "simple", *args: Any, handles_ensembles: bool = False, **options: Any) -> D:
    """Remove a trend in place by obspy's method of that name: simple, linear, constant, demean, polynomial, spline."""
    _call(data, "detrend", (type, *args), options)
    return data


@mspass_func_wrapper
def interpolate(
    data: D,
    sampling_rate: float,
    method: str = "weighted_average_slopes",
    starttime: float | None = None,
    npts: int | None = None,
    time_shift: float = 0.0,
    *args: Any,
    handles_ensembles: bool = False,
    **options: Any,
) -> D:
    """Resample in place to `sampling_rate` (Hz) by obspy's interpolation; aliases are not filtered out.

    `starttime` (seconds in the datum's time base) is the first new sample, `npts` their number, `time_shift` (s) is
    added to the times without moving the samples.
    """
    _need_continuous(data)
    offset = None if starttime is None else starttime - data.t0
    _interpolate_view(data, offset, (sampling_rate, method), {"npts": npts, "time_shift": time_shift, **options}, args)
    return data


@timeseries_as_trace
@seismogram_as_stream
def _interpolate_view(
    data: Any, offset: float | None, head: tuple[Any, ...], options: dict[str, Any], args: tuple[Any, ...]
) -> None:
    for trace in [data] if isinstance(data, Trace) else data:
        # obspy computes in float64 seconds; with epoch times it would lose digits, and might read beyond the last
        # sample
        origin, trace.stats.starttime = trace.stats.starttime, UTCDateTime(0)
        start = None if offset is None else trace.stats.starttime + offset
        trace.interpolate(head[0], head[1], start, options["npts"], options["time_shift"], *args, **_rest(options))
        trace.stats.starttime = UTCDateTime(ns=origin.ns + trace.stats.starttime.ns)


def _rest(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key not in ("npts", "time_shift")}


@mspass_func_wrapper_multi
def correlate(
    a: TimeSeries,
    b: TimeSeries,
    shift: int,
    demean: bool = True,
    normalize: str | None = "naive",
    method: str = "auto",
) -> NDArray[Any]:
    """Cross correlation of two TimeSeries up to `shift` samples to both sides, shape (2 * shift + 1,)."""
    values: NDArray[Any] = cross_correlation.correlate(samples(a), samples(b), shift, demean, normalize, method)
    return values


@mspass_func_wrapper_multi
def correlate_template(
    data: TimeSeries,
    template: TimeSeries,
    mode: str = "valid",
    normalize: str | None = "full",
    demean: bool = True,
    method: str = "auto",
) -> NDArray[Any]:
    """Normalised cross correlation of a TimeSeries with a shorter template."""
    values: NDArray[Any] = cross_correlation.correlate_template(
        samples(data), samples(template), mode, normalize, demean, method
    )
    return values


def _from_stream(stream: Stream, like: MultiChannel) -> MultiChannel:
    """A Stream that obspy made, converted to the kind of the datum that it was made from."""
    # imported here, because the converter's module imports this one's objects
    from libseis.obspy.converter import Stream2Seismogram, Stream2TimeSeriesEnsemble

    if isinstance(like, Seismogram):
        seismogram: Seismogram = Stream2Seismogram(stream, cardinal=True)
        return seismogram
    ensemble: TimeSeriesEnsemble = Stream2TimeSeriesEnsemble(stream)
    return ensemble


@mspass_func_wrapper_multi
def correlate_stream_template(
    stream: MultiChannel, template: MultiChannel, template_time: UTCDateTime | None = None, **options: Any
) -> MultiChannel:
    """Correlation of each channel with the same channel of a template, as the same kind of datum."""
    result = cross_correlation.correlate_stream_template(
        stream.toStream(), template.toStream(), template_time, **options
    )
    return _from_stream(result, stream)


def correlation_detector(
    stream: MultiChannel, templates: Sequence[MultiChannel], heights: Any, distance: float, **options: Any
) -> tuple[list[dict[str, Any]], list[MultiChannel]]:
    """obspy's detector on data objects: detections, and the similarity traces as TimeSeriesEnsembles.

    obspy gets an empty Stream for dead data.
    """
    detections, similarities = cross_correlation.correlation_detector(
        stream.toStream(), [template.toStream() for template in templates], heights, distance, **options
    )
    return detections, [_from_stream(Stream([trace]), TimeSeriesEnsemble()) for trace in similarities]


def templates_max_similarity(
    st: MultiChannel, time: UTCDateTime | float, streams_templates: Sequence[MultiChannel]
) -> float:
    """The largest similarity of the data around `time` with any of the templates."""
    found: float = cross_correlation.templates_max_similarity(
        st.toStream(), time, [template.toStream() for template in streams_templates]
    )
    return found


@mspass_func_wrapper_multi
def xcorr_3c(
    st1: MultiChannel,
    st2: MultiChannel,
    shift_len: int,
    components: Sequence[str] = ("Z", "N", "E"),
    full_xcorr: bool = False,
    abs_max: bool = True,
) -> Any:
    """Cross correlation over the components together: shift (samples), its value, and with `full_xcorr` all values."""
    return cross_correlation.xcorr_3c(st1.toStream(), st2.toStream(), shift_len, list(components), full_xcorr, abs_max)


@mspass_func_wrapper
def xcorr_max(data: TimeSeries, abs_max: bool = True) -> tuple[int, float]:
    """Shift (samples from the middle) and value of the largest sample of a cross correlation."""
    shift, value = cross_correlation.xcorr_max(samples(data), abs_max)
    return shift, value


@mspass_func_wrapper_multi
def xcorr_pick_correction(
    trace1: TimeSeries,
    trace2: TimeSeries,
    pick1: UTCDateTime,
    pick2: UTCDateTime,
    t_before: float,
    t_after: float,
    cc_maxlag: float,
    **options: Any,
) -> tuple[float, float]:
    """Correction (s) of the second pick relative to the first, and the correlation coefficient."""
    correction, coefficient = cross_correlation.xcorr_pick_correction(
        pick1, trace1.toTrace(), pick2, trace2.toTrace(), t_before, t_after, cc_maxlag, **options
    )
    return correction, coefficient
