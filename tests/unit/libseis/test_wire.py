"""Objects and samples across the wire: what arrives is what was sent, bit for bit."""

from __future__ import annotations

import contextlib
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libseis import (
    AtomicType,
    ErrorSeverity,
    Metadata,
    TimeReferenceType,
    TimeSeries,
    TimeSeriesEnsemble,
    TimeWindow,
)
from libseis.codes import Channel
from libseis.errors import MetadataTypeError, SampleError
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.segments import Rate, Segment
from libseis.wire import (
    from_message,
    metadata_from_message,
    metadata_to_message,
    pack_samples,
    pack_segment,
    to_message,
    unpack_samples,
)
from seis.v1 import waveform_pb2 as pb

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 - naive values are a case of their own
    | st.datetimes(timezones=st.just(UTC)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=10,
)


def sent(datum: Any) -> Any:
    """`datum` after a trip as bytes."""
    message = to_message(datum)
    return from_message(type(message).FromString(message.SerializeToString()))


def typed(value: Any) -> Any:
    """A value with the type of everything in it, so that 1, 1.0 and True differ."""
    if isinstance(value, list | tuple):
        return type(value), [typed(v) for v in value]
    if isinstance(value, dict):
        return {k: typed(v) for k, v in value.items()}
    return type(value), value


def log_of(datum: Any) -> list[tuple[Any, ...]]:
    return [(e.job_id, e.p_id, e.algorithm, e.message, e.badness) for e in datum.elog]


def assert_same(left: TimeSeries, right: TimeSeries) -> None:
    for name in ("live", "npts", "t0", "t0_ns", "dt", "rate_numerator", "rate_denominator", "tref"):
        assert getattr(left, name) == getattr(right, name), name
    if isinstance(left, TimeSeries):
        assert [(g.start, g.end) for g in left.gaps] == [(g.start, g.end) for g in right.gaps]
    assert (left.shifted(), left.get_t0shift()) == (right.shifted(), right.get_t0shift())
    assert np.asarray(left.data).tobytes("A") == np.asarray(right.data).tobytes("A")
    assert typed(left.todict()) == typed(right.todict())
    assert left.modified() == right.modified()
    assert log_of(left) == log_of(right)
    assert left.get_nodes() == right.get_nodes()
    assert left.current_nodedata() == right.current_nodedata()
    assert (left.jobname(), left.jobid()) == (right.jobname(), right.jobid())


def made(data: object, **names: object) -> TimeSeries:
    datum = TimeSeries()
    datum.set_t0_ns(1_641_081_600_019_536_000)
    datum.set_rate(100, 3)
    datum.set_tref(TimeReferenceType.UTC)
    datum.adopt_data(np.array(data, np.float64))
    datum.set_live()
    for key, value in names.items():
        datum[key] = value
    return datum


class TestMetadata:
    @given(st.dictionaries(st.text(), values, max_size=6))
    def test_every_plain_value_comes_back_with_its_type(self, content: dict[str, Any]) -> None:
        message = metadata_to_message(Metadata(content))
        back = metadata_from_message(pb.Metadata.FromString(message.SerializeToString()))
        assert typed(back.todict()) == typed(content)

    def test_order_inside_a_mapping_is_kept(self) -> None:
        content = {"steps": {"taper": {}, "filter": {"type": "lowpass", "freq": 1, "corners": 4}, "a": 0}}
        message = metadata_to_message(Metadata(content))
        back = metadata_from_message(pb.Metadata.FromString(message.SerializeToString(deterministic=True)))
        assert str(back.todict()) == str(content)
        del message.entries["steps"].map.order[:]  # as older versions wrote it
        assert metadata_from_message(message).todict() == content

    def test_modified_names_survive(self) -> None:
        metadata = Metadata({"a": 1, "b": 2.0})
        metadata["c"] = "x"
        assert metadata_from_message(metadata_to_message(metadata)).modified() == {"c"}

    def test_nan_and_zones(self) -> None:
        tokyo = datetime(2011, 3, 11, 14, 46, 18, 5, tzinfo=timezone(timedelta(hours=9)))
        back = metadata_from_message(metadata_to_message(Metadata({"n": math.nan, "t": tokyo})))
        assert math.isnan(back["n"])
        assert (back["t"], back["t"].utcoffset()) == (tokyo, timedelta(hours=9))

    def test_numpy_scalars_inside_lists_become_plain(self) -> None:
        back = metadata_from_message(metadata_to_message(Metadata({"v": [np.float32(0.5), np.int64(3)]})))
        assert typed(back["v"]) == typed([0.5, 3])

    @pytest.mark.parametrize(
        ("value", "place"),
        [
            ({1, 2}, "'k'"),
            ([1, object()], r"k\[1\]"),
            ({"a": {"b": {3}}}, "k\\['a'\\]\\['b'\\]"),
            (2**63, "'k'"),
            ({1: 2}, "'k'"),
        ],
    )
    def test_other_values_are_refused_by_name(self, value: Any, place: str) -> None:
        with pytest.raises(MetadataTypeError, match=place) as caught:
            metadata_to_message(Metadata({"k": value}))
        assert caught.value.key.startswith("k")


class TestSamples:
    @settings(max_examples=60)
    @given(
        st.one_of(
            st.lists(st.integers(-(2**31), 2**31 - 1), max_size=400).map(lambda v: np.array(v, np.int32)),
            st.lists(st.floats(width=32), max_size=100).map(lambda v: np.array(v, np.float32)),
            st.lists(st.floats(), max_size=100).map(lambda v: np.array(v, np.float64)),
        )
    )
    def test_bits_come_back(self, data: np.ndarray) -> None:
        back = unpack_samples(pack_samples(data))
        assert back.astype(data.dtype).tobytes() == data.tobytes()

    def test_counts_held_as_reals_travel_as_counts(self) -> None:
        data = np.random.default_rng(1).normal(0, 200, 36_000).cumsum().round()
        message = pack_samples(data)
        assert (message.type, message.encoding) == (pb.SAMPLE_TYPE_INT32, pb.SAMPLE_ENCODING_BLOSC2_BITSHUFFLE)
        assert len(message.data) < data.nbytes / 4
        assert np.array_equal(unpack_samples(message), data)

    @pytest.mark.parametrize("value", [0.5, np.nan, np.inf, -0.0, 2.0**31, -(2.0**31) - 1])
    def test_one_value_that_is_no_count_keeps_them_real(self, value: float) -> None:
        data = np.arange(1000.0)
        data[777] = value
        message = pack_samples(data)
        assert message.type == pb.SAMPLE_TYPE_FLOAT64
        assert unpack_samples(message).tobytes() == data.tobytes()

    def test_three_components_keep_their_order(self) -> None:
        data = np.asfortranarray(np.random.default_rng(2).normal(size=(3, 50)))
        message = pack_samples(data)
        assert (message.npts, message.components) == (50, 3)
        assert message.data == data.tobytes("F")
        back = unpack_samples(message)
        assert np.array_equal(back, data)
        assert back.flags.f_contiguous

    def test_raw_samples_are_not_copied_on_arrival(self) -> None:
        assert not unpack_samples(pack_samples(np.array([0.1, 0.2]))).flags.owndata

    def test_records(self) -> None:
        noise = np.random.default_rng(3).normal(0, 5, 36_000)
        counts = (1e5 * np.sin(np.arange(36_000) / 60) + noise).astype(np.int32)
        segment = Segment(Channel("CI", "HEC", "", "BHN"), 10**18, Rate(40), counts)
        message = pack_segment(segment)
        assert np.array_equal(unpack_samples(message), counts)
        assert len(message.data) < counts.nbytes / 1.9

    @pytest.mark.parametrize(
        ("message", "text"),
        [
            (pb.Samples(type=1, encoding=1, npts=3, components=1, data=b"\0" * 8), "promises 3 samples and holds 2"),
            (pb.Samples(type=1, encoding=1, npts=3, components=1, data=b"\0" * 7), "not a whole number"),
            (pb.Samples(type=0, encoding=1), "make no sense"),
            (pb.Samples(type=1, encoding=9), "not known"),
            (pb.Samples(type=1, encoding=2, npts=3, components=1, data=b"junk"), "damaged"),
            (pb.Samples(type=1, encoding=3, npts=3, components=1, data=b"junk"), "0 segments"),
        ],
    )
    def test_damage_is_an_error_that_says_so(self, message: pb.Samples, text: str) -> None:
        with pytest.raises(SampleError, match=text):
            unpack_samples(message)

    @given(st.binary(min_size=1, max_size=40), st.integers(0, 3000))
    def test_a_damaged_chunk_never_does_harm(self, junk: bytes, at: int) -> None:
        message = pack_samples(np.arange(5000, dtype=np.int32) ** 2 % 7919)
        data = bytearray(message.data)
        at %= len(data)
        data[at : at + len(junk)] = junk
        message.data = bytes(data[: len(message.data)])
        with contextlib.suppress(SampleError):
            assert unpack_samples(message).shape == (5000,)

    def test_an_unknown_type_is_refused(self) -> None:
        with pytest.raises(SampleError, match="int64"):
            pack_samples(np.arange(5))


class TestObjects:
    def test_a_full_time_series(self) -> None:
        datum = made(
            np.random.default_rng(1).normal(size=500), net="CI", sta="HEC", loc="", nested={"a": [1, 2.5, None]}
        )
        datum.elog.log_error("filter", "Short data.", ErrorSeverity.Suspect)
        datum.set_jobname("job")
        datum.set_jobid("7")
        datum.set_as_raw("read", "0", "uuid-0", AtomicType.TIMESERIES)
        datum.new_map("filter", "1", AtomicType.TIMESERIES)
        assert_same(sent(datum), datum)

    def test_gaps(self) -> None:
        datum = made(np.arange(100.0))
        for first, last in ((3, 7), (50, 50)):
            datum.add_gap(TimeWindow(datum.time(first), datum.time(last)))
        back = sent(datum)
        assert back.number_gaps() == 2
        assert_same(back, datum)

    def test_a_default_object(self) -> None:
        assert_same(sent(TimeSeries()), TimeSeries())

    def test_dead_and_relative(self) -> None:
        datum = made([1.0, 2.0, 3.5])
        datum.ator(1_641_081_600.5)
        assert_same(sent(datum), datum)
        datum.kill()
        assert_same(sent(datum), datum)

    @given(st.floats(-1e200, 1e200), st.floats(1e-9, 1e9))
    def test_any_clock(self, t0: float, dt: float) -> None:
        datum = made([1.0])
        datum.set_t0(t0)
        datum.set_dt(dt)
        assert_same(sent(datum), datum)

    def test_metadata_that_disagree_are_not_put_right(self) -> None:
        datum = made([1.0, 2.0])
        datum["npts"], datum["starttime"] = 99, "never"
        del datum["delta"]
        assert_same(sent(datum), datum)

    def test_what_arrives_owns_its_samples(self) -> None:
        datum = sent(made([0.5, 1.5]))
        datum.data[0] = 7.0
        assert datum.data[0] == 7.0

    def test_samples_packed_before_are_sent(self) -> None:
        datum = made(np.arange(1000.0))
        packed = pack_samples(np.arange(1000, dtype=np.int32))
        message = to_message(datum, packed)
        assert message.samples == packed
        assert_same(from_message(message), datum)

    @pytest.mark.parametrize("turn", [None, "rotate", "transform"])
    def test_a_seismogram(self, turn: str | None) -> None:
        datum = Seismogram()
        datum.set_t0_ns(10**18 + 7)
        datum.set_rate(20, 1)
        datum.adopt_data(np.asfortranarray(np.random.default_rng(4).normal(size=(3, 60))))
        datum.set_live()
        if turn == "rotate":
            datum.rotate(0.3)
        elif turn == "transform":
            datum.transform([[1.0, 0.1, 0.0], [0.0, 2.0, 0.0], [0.3, 0.0, 1.0]])
        datum.elog.log_error("rotate", "Turned.", ErrorSeverity.Informational)
        back = sent(datum)
        assert_same(back, datum)
        assert np.array_equal(back.tmatrix, datum.tmatrix)
        assert (back.cardinal(), back.orthogonal()) == (datum.cardinal(), datum.orthogonal())
        assert back.data.shape == (3, 60)
        back.rotate_to_standard()
        datum.rotate_to_standard()
        assert np.array_equal(back.data, datum.data)

    def test_empty_seismograms_and_their_ensemble(self) -> None:
        ensemble = SeismogramEnsemble()
        ensemble.append(Seismogram())
        ensemble.append(Seismogram(4))
        back = sent(ensemble)
        assert [m.data.shape for m in back.member] == [m.data.shape for m in ensemble.member]
        assert not back.live
        for ours, theirs in zip(ensemble.member, back.member, strict=True):
            assert_same(theirs, ours)

    def test_an_ensemble(self) -> None:
        ensemble = TimeSeriesEnsemble(Metadata({"event": "39645386"}), 2)
        ensemble.append(made([0.5, 1.5], sta="A"))
        ensemble.append(TimeSeries(3))
        ensemble.set_live()
        ensemble.elog.log_error("read", "Bytes were skipped.", ErrorSeverity.Complaint)
        back = sent(ensemble)
        assert (back.live, back.todict(), log_of(back)) == (True, ensemble.todict(), log_of(ensemble))
        assert len(back.member) == 2
        for ours, theirs in zip(ensemble.member, back.member, strict=True):
            assert_same(theirs, ours)

    def test_other_classes_are_refused(self) -> None:
        with pytest.raises(TypeError, match="Metadata"):
            to_message(Metadata())  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="Samples"):
            from_message(pb.Samples())  # type: ignore[arg-type]
