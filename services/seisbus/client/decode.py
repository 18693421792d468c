"""Stored bytes and their wf document as libseis and obspy objects. No samples are resampled, filled or rounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from libseis import ErrorSeverity, Metadata, Seismogram, SeismogramEnsemble, TimeSeries, TimeSeriesEnsemble
from libseis.codes import Channel, ChannelFilter, location
from libseis.isotime import iso
from libseis.objects.following import follow
from libseis.objects.kinds import Atomic, Ensemble
from libseis.segments import Rate, Segment, join
from libseis.warned import collected, tell

from ..errors import UserError, WaveformError
from ..extras import extra
from ..model.normalized import IDS, VALUES
from ..model.stored_waveforms import (
    StoredBytesError,
    StoredSamples,
    components_of,
    row_channels,
    stored_components,
    stored_segment,
    stored_segments,
)
from .values import Outcome, Reason, Stored

_ANY_CHANNEL = ChannelFilter()


def segment_of(stored: Stored) -> Segment:
    """The samples: counts stay int32, processed samples float64, on the document's exact clock.

    WaveformError if the bytes cannot be read or do not have the samples that the document names.
    """
    identity = str(stored.document["_id"])
    if stored.error:
        raise WaveformError(identity, stored.error)
    try:
        return stored_segment(cast(StoredSamples, stored.document), stored.data, miniseed=stored.miniseed)
    except StoredBytesError as error:
        raise WaveformError(identity, error.problem) from None


def segments_of(stored: Stored) -> list[Segment]:
    """The samples channel by channel: one `segment_of`, or the three components of a Seismogram.

    WaveformError as in `segment_of`.
    """
    if components_of(stored.document) == 1:
        return [segment_of(stored)]
    identity = str(stored.document["_id"])
    if stored.error:
        raise WaveformError(identity, stored.error)
    try:
        return stored_segments(stored.document, stored.data, miniseed=stored.miniseed)
    except StoredBytesError as error:
        raise WaveformError(identity, error.problem) from None


def datum_of(stored: Stored) -> TimeSeries | Seismogram:
    """The data object that is stored. If it cannot be read, it is dead and its elog says why."""
    return time_series_of(stored) if components_of(stored.document) == 1 else seismogram_of(stored)


def cut_datum_of(
    stored: Stored, start_ns: int | None = None, stop_ns: int | None = None
) -> TimeSeries | Seismogram | None:
    """The same, with only the samples from `start_ns` up to `stop_ns` (not included); None if there is none."""
    if components_of(stored.document) == 1:
        return cut_series_of(stored, start_ns, stop_ns)
    return cut_seismogram_of(stored, start_ns, stop_ns)


def seismogram_of(stored: Stored) -> Seismogram:
    """A Seismogram with the document as its Metadata. If steps rotated its components, `chan` has the new codes and
    `channels` the codes of the sensor. If it cannot be read, it is dead, without samples, and its elog says why."""
    datum = cut_seismogram_of(stored)
    assert datum is not None  # without bounds
    return datum


def cut_seismogram_of(stored: Stored, start_ns: int | None = None, stop_ns: int | None = None) -> Seismogram | None:
    """The same, with only the samples from `start_ns` up to `stop_ns` (not included); None if there is none."""
    document = stored.document
    values = metadata_of(stored)
    try:
        if stored.error:
            raise WaveformError(str(document["_id"]), stored.error)
        samples = stored_components(document, stored.data)
    except (WaveformError, StoredBytesError) as error:
        found: Seismogram = _died(stored, Seismogram(values | {"npts": 0}), error.message)
        return found
    rate, t0_ns = Rate(*map(int, document["rate"])), int(document["t0_ns"])
    clock = within(Segment(Channel.of_document({**document, "chan": ""}), t0_ns, rate, samples[0]), start_ns, stop_ns)
    if clock is None:
        return None
    first = rate.round_index(clock.t0_ns - t0_ns)
    datum = Seismogram(values | _cut_values(stored, clock), np.empty((3, 0)))
    datum.adopt_data(np.array(samples[:, first : first + clock.npts], order="F"))
    datum.set_rate(rate.numerator, rate.denominator)
    datum.set_t0_ns(clock.t0_ns)
    if (codes := [channel.chan for channel in row_channels(document)]) != document["chan"]:
        datum["channels"], datum["chan"] = document["chan"], codes
    _tell(stored, datum)
    datum.set_live()
    _relate(stored, datum)
    follow(datum)  # tmatrix and its flags describe the stored components
    return datum


def _died(stored: Stored, dead: Atomic, message: str) -> Any:
    _tell(stored, dead)
    dead.elog.log_error("seisbus.client", message, ErrorSeverity.Invalid)
    dead.kill()
    return dead


def time_series_of(stored: Stored) -> TimeSeries:
    """A TimeSeries with the document as its Metadata, float64 samples and the exact start and rate.

    If it cannot be read, it is dead, without samples, and its elog says why.
    """
    datum = cut_series_of(stored)
    assert datum is not None  # without bounds
    return datum


def cut_series_of(stored: Stored, start_ns: int | None = None, stop_ns: int | None = None) -> TimeSeries | None:
    """The same, with only the samples from `start_ns` up to `stop_ns` (not included); None if there is none."""
    try:
        with collected() as told:
            segment = within(segment_of(stored), start_ns, stop_ns)
    except WaveformError as error:
        found: TimeSeries = _died(stored, TimeSeries(metadata_of(stored) | {"npts": 0}), error.message)
        return found
    if segment is None:
        return None
    datum = TimeSeries(metadata_of(stored) | _cut_values(stored, segment), np.asarray(segment.data, np.float64))
    datum.set_rate(segment.rate.numerator, segment.rate.denominator)
    datum.set_t0_ns(segment.t0_ns)
    _tell(stored, datum)
    tell(datum.elog, "seisbus.client", told)
    datum.set_live()
    _relate(stored, datum)
    return datum


def within(segment: Segment, start_ns: int | None, stop_ns: int | None) -> Segment | None:
    """The part of a segment from `start_ns` up to `stop_ns` (not included), if they are given; None if it has no
    sample."""
    first = 0 if start_ns is None else max(segment.ceil_index(start_ns), 0)
    stop = segment.npts if stop_ns is None else min(segment.ceil_index(stop_ns), segment.npts)
    if first >= stop:
        return None
    return segment if stop - first == segment.npts else segment.part(first, stop)


def _cut_values(stored: Stored, segment: Segment) -> dict[str, Any]:
    """The Metadata of a datum that was cut, which replace those of the document."""
    if segment.npts == stored.document["npts"]:
        return {}
    return {"npts": segment.npts, "t0_ns": segment.t0_ns, "endtime": segment.end_ns / 1e9}


def _relate(stored: Stored, datum: Atomic) -> None:
    """Make times relative to the mark that a step of the job made time zero; `rtoa` makes them UTC again."""
    if (zero := stored.document.get("reference_time")) is not None:
        datum.ator(float(zero))
        follow(datum)


def _tell(stored: Stored, datum: Atomic) -> None:
    """The stored error log, with the algorithms that wrote it."""
    for entry in stored.log:
        datum.elog.log_error(str(entry.get("algorithm", "")), str(entry.get("error_message", "")), _severity(entry))


def _severity(entry: Mapping[str, Any]) -> ErrorSeverity:
    name = str(entry.get("badness", "")).rpartition(".")[2]
    return getattr(ErrorSeverity, name, ErrorSeverity.Complaint)


def metadata_of(stored: Stored) -> dict[str, Any]:
    """The document's attributes that have a value; a blank location becomes ""."""
    values = {key: value for key, value in stored.document.items() if value is not None}
    return values | {"loc": location(values.get("loc"))}


class MixedKindsError(UserError):
    """Data of several kinds, which cannot be in one ensemble."""


def ensemble_of(members: Iterable[Atomic], **common: Any) -> Ensemble:
    """A live ensemble of the members with the Metadata `common`; dead if there are no members.

    MixedKindsError if there are both TimeSeries and Seismograms, because an ensemble cannot hold both.
    """
    found = list(members)
    three = sum(isinstance(member, Seismogram) for member in found)
    if 0 < three < len(found):
        raise MixedKindsError(
            f"The query finds {len(found) - three:,} TimeSeries and {three:,} Seismograms, and no ensemble holds both; "
            "ask for components=1 or components=3."
        )
    ensemble: Any = SeismogramEnsemble(Metadata(common), 0) if three else TimeSeriesEnsemble(Metadata(common), 0)
    for member in found:
        ensemble.adopt(member)
    if len(ensemble.member):
        ensemble.set_live()
    made: Ensemble = ensemble
    return made


def tell_reason(ensemble: Ensemble, reason: Reason) -> None:
    """Write on an ensemble's own elog why windows are not in it."""
    windows = f"{reason.windows:,} {'window is' if reason.windows == 1 else 'windows are'}"
    text = f"{windows} {reason.fate.value} ({reason.reason}), for example {reason.example}"
    ensemble.elog.log_error("seisbus.client", text, ErrorSeverity.Complaint)


def sentence_of(outcome: Outcome) -> str:
    """The text of an error log for a window that is not saved."""
    span = f"{iso(outcome.start_ns)} to {iso(outcome.end_ns)}"
    return f"{outcome.channel} {span} is {outcome.fate.value} ({outcome.reason}): {outcome.detail}"


def traces_of(
    stored: Sequence[Stored], start_ns: int, end_ns: int, channels: ChannelFilter = _ANY_CHANNEL
) -> list[Any]:
    """The samples from `start_ns` to `end_ns` (both included) as obspy Traces: counts int32, starts to the nanosecond,
    `stats.units` if known.

    Abutting and equal stretches are joined, whichever jobs stored them, as records are (`libseis.segments.join`);
    what is in conflict stays traces of its own, and counts or units are never mixed with others. A trace has one
    start and one rate: `stats.seisbus.elog` has the sentences of all error logs, and one where samples are further
    from that grid than a tenth of a sample; `wf_ids` has the ids of the wf documents. The components of Seismograms are
    traces of their channels, those that `channels` names. All traces of a channel have one dtype: float64 for counts
    where the channel was stored processed too.
    """
    groups: dict[tuple[Channel, str, str], list[tuple[Segment, Stored]]] = {}
    for one, whole in [(found, segment) for found in stored for segment in segments_of(found)]:
        if components_of(one.document) > 1 and not channels.matches(whole.channel):
            continue
        if (part := within(whole, start_ns, end_ns + 1)) is not None:
            groups.setdefault((part.channel, part.data.dtype.name, _units(one)), []).append((part, one))
    dtypes: dict[Channel, Any] = {}
    for channel, name, _ in groups:
        dtypes[channel] = np.result_type(dtypes.get(channel, name), name)
    return [
        _trace(_as(segment, dtypes[channel]), [one for part, one in members if _inside(part, segment)])
        for (channel, *_), members in groups.items()
        for segment in _joined([part for part, _ in members])
    ]


def _as(segment: Segment, dtype: Any) -> Segment:
    """The segment, with its samples converted to a type that can hold them."""
    return segment if segment.data.dtype == dtype else replace(segment, data=segment.data.astype(dtype))


def _units(stored: Stored) -> str:
    return str(stored.document.get("units") or "")


def _joined(parts: Sequence[Segment]) -> list[Segment]:
    """Join parts to as few segments as possible; parts in conflict with others stay separate."""
    if not (found := join(parts)).conflicts:
        return list(found.segments)
    layers: list[list[Segment]] = []
    for part in sorted(parts, key=lambda part: part.t0_ns):
        layer = next((layer for layer in layers if not join([*layer, part]).conflicts), None)
        if layer is None:
            layers.append([part])
        else:
            layer[:] = join([*layer, part]).segments
    return [segment for layer in layers for segment in layer]


def _inside(part: Segment, segment: Segment) -> bool:
    half = segment.rate.period_ns / 2
    return part.t0_ns >= segment.t0_ns - half and part.end_ns <= segment.end_ns + half


def _trace(segment: Segment, members: Sequence[Stored]) -> Any:
    with extra("obspy"):
        from obspy.core import AttribDict

        from libseis.obspy.segments import segment_to_trace

    told = [_sentence(entry) for one in members for entry in one.log]
    if uneven := segment.uneven():
        told.append(f"seisbus.client: {uneven.message}")
    trace = segment_to_trace(segment, _units(members[0]) if members else "")
    wf_ids = [str(one.document["_id"]) for one in members]
    trace.stats.update(_attached(members))
    trace.stats.seisbus = AttribDict(elog=list(dict.fromkeys(told)), wf_ids=wf_ids)
    return trace


def _attached(members: Sequence[Stored]) -> dict[str, Any]:
    """The values that all waveforms of a trace have in common, under MsPASS's names; and `coordinates` (degrees,
    metres) and `distance` (metres), which obspy uses for sections."""
    documents = [one.document for one in members]
    found = {
        name: documents[0][name]
        for name in (*IDS, *VALUES)
        if documents and all(name in document and document[name] == documents[0][name] for document in documents)
    }
    if {"channel_lat", "channel_lon", "channel_elev"} <= found.keys():
        found["coordinates"] = {
            "latitude": found["channel_lat"],
            "longitude": found["channel_lon"],
            "elevation": found["channel_elev"] * 1000.0,
        }
    if "distance_km" in found:
        found["distance"] = found["distance_km"] * 1000.0
    return found


def _sentence(entry: Mapping[str, Any]) -> str:
    return f"{entry.get('algorithm', '')}: {entry.get('error_message', '')}"
