"""TimeSeries: constructors, the samples' memory, header sync, arithmetic, pickles."""

from __future__ import annotations

import copy
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis import DoubleVector, TimeReferenceType, TimeSeries, TimeWindow
from libseis.errors import MetadataKeyError, SampleError
from libseis.mspass.seismic import _BasicTimeSeries, _CoreTimeSeries
from libseis.mspass.utility import AtomicType, ErrorSeverity, Metadata, MsPASSError, ProcessingHistory


def series(values: Any, t0: float = 0.0, dt: float = 0.1, live: bool = True) -> TimeSeries:
    d = TimeSeries({"delta": dt, "starttime": t0}, values)
    d.live = live
    return d


class Tagged(TimeSeries):
    """A user's subclass with an attribute of its own."""

    tag: list[str]


class TestConstruction:
    def test_what_it_is(self) -> None:
        d = TimeSeries(3)
        assert isinstance(d, Metadata)
        assert isinstance(d, ProcessingHistory)
        core = _CoreTimeSeries(3)
        assert not isinstance(core, ProcessingHistory)
        assert not hasattr(core, "elog")

    def test_new_data_are_dead_and_relative(self) -> None:
        d = TimeSeries()
        assert (d.npts, d.dt, d.t0, d.live, d.tref) == (0, 1.0, 0.0, False, TimeReferenceType.Relative)
        assert dict(d) == {"delta": 1.0, "npts": 0, "starttime": 0.0}
        assert dict(TimeSeries(4)) == {"npts": 4}
        assert TimeSeries(4).data.tolist() == [0.0] * 4
        assert len(TimeSeries(4)) == 1

    @pytest.mark.parametrize("bad", [-1, 2.5, "5", None, True, 10**15, 10**30, [1, 2]])
    def test_bad_sizes(self, bad: Any) -> None:
        with pytest.raises((TypeError, MemoryError)):
            TimeSeries(bad)

    def test_from_metadata(self) -> None:
        d = TimeSeries(Metadata({"delta": 0.5, "starttime": 10.0, "npts": 5.0, "time_standard": "UTC"}))
        assert (d.npts, d.dt, d.t0, d.tref, d.live) == (5, 0.5, 10.0, TimeReferenceType.UTC, False)
        r = TimeSeries(Metadata({"delta": 0.5, "starttime": 10.0, "starttime_shift": 5.0}))
        assert (r.tref, r.get_t0shift(), r.npts) == (TimeReferenceType.Relative, 5.0, 0)
        odd = TimeSeries(Metadata({"delta": 0.5, "starttime": 10.0, "time_standard": "TAI"}))
        assert (odd.tref, odd.elog[0].badness) == (TimeReferenceType.Relative, ErrorSeverity.Complaint)

    @pytest.mark.parametrize(
        "md",
        [{}, {"delta": 1.0}, {"delta": "x", "starttime": 0.0}, {"delta": 1, "starttime": 0, "npts": 5.5},
         {"delta": 1, "starttime": 0, "npts": -5}],
    )  # fmt: skip
    def test_from_incomplete_metadata(self, md: dict[str, Any]) -> None:
        with pytest.raises(MsPASSError):
            TimeSeries(Metadata(md))

    def test_from_dict_and_array(self) -> None:
        source = np.arange(4, dtype=np.int16)
        d = TimeSeries({"delta": 0.5, "starttime": 10.0, "npts": 99}, source)
        assert (d.npts, d["npts"], d.tref, d.live) == (4, 4, TimeReferenceType.UTC, False)
        assert d.data.dtype == np.float64
        assert not np.shares_memory(d.data, source)
        with pytest.raises(MetadataKeyError):
            TimeSeries({"delta": 0.5}, source)
        with pytest.raises(SampleError):
            TimeSeries({"delta": 0.5, "starttime": 0.0}, np.zeros((2, 2)))

    def test_from_base_and_metadata(self) -> None:
        base = _BasicTimeSeries()
        base.npts, base.dt, base.t0 = 7, 0.25, 3.0
        d = TimeSeries(base, Metadata({"sta": "AAK"}))
        assert (d.npts, d.dt, d.t0, dict(d)) == (7, 0.25, 3.0, {"sta": "AAK"})

    def test_from_core_with_an_algorithm_starts_a_history(self) -> None:
        d = TimeSeries(_CoreTimeSeries(3), "reader")
        assert d.is_origin()
        assert d.jobname() == "test"
        assert d.created_by()[0] == "reader"
        assert d.current_nodedata().type is AtomicType.TIMESERIES

    def test_no_attributes_can_be_added(self) -> None:
        with pytest.raises(AttributeError):
            TimeSeries().foo = 1  # type: ignore[attr-defined]

    def test_size_is_mspass_s_estimate(self) -> None:
        d = TimeSeries(100)
        d.dt, d.t0 = 0.1, 5.0
        assert sys.getsizeof(d) == pytest.approx(1344, abs=2)


class TestSamples:
    def test_data_is_the_objects_own_memory(self) -> None:
        d = series(np.arange(5.0))
        view = d.data
        assert isinstance(view, np.ndarray)
        view[2] = 100.0
        assert d.data[2] == 100.0
        assert np.shares_memory(np.asarray(d.data), view)

    def test_assignment_copies_and_npts_follows_on_request(self) -> None:
        d = series(np.zeros(3))
        source = np.arange(6.0)
        d.data = source
        assert (d.npts, d["npts"], len(d.data)) == (3, 3, 6)
        assert not np.shares_memory(d.data, source)
        d.sync_npts()
        assert (d.npts, d["npts"]) == (6, 6)
        d.data.append(1.0)
        assert (d.npts, len(d.data)) == (6, 7)

    def test_adoption_does_not_copy(self) -> None:
        d, source = TimeSeries(), np.arange(6.0)
        d.adopt_data(source)
        assert np.shares_memory(d.data, source)
        assert (d.npts, d["npts"]) == (6, 6)
        for other in (np.arange(6), np.arange(12.0)[::2], np.frombuffer(bytes(48))):
            d.adopt_data(other)
            assert not np.shares_memory(d.data, other)
            assert d.data.flags.writeable

    def test_set_npts_starts_anew_and_old_views_stay(self) -> None:
        d = series(np.arange(5.0))
        view = d.data
        d.set_npts(3)
        assert d.data.tolist() == [0.0] * 3
        assert view.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]

    def test_setters_write_the_header_and_its_aliases(self) -> None:
        d = TimeSeries(Metadata({"delta": 1.0, "starttime": 0.0, "dt": 1.0, "t0": 0.0, "nsamp": 0}))
        d.dt, d.t0, d.npts = 0.5, 9.0, 4
        assert dict(d) == {"delta": 0.5, "dt": 0.5, "starttime": 9.0, "t0": 9.0, "npts": 4, "nsamp": 4}
        d["delta"] = 3.0
        d["npts"] = 100
        assert (d.dt, d.npts) == (0.5, 4)

    def test_wrong_types(self) -> None:
        d = TimeSeries(2)
        for name, value in (
            ("dt", "x"),
            ("t0", None),
            ("tref", 1),
            ("live", "x"),
            ("npts", 1.5),
            ("elog", "x"),
            ("data", "x"),
        ):
            with pytest.raises((TypeError, ValueError)):
                setattr(d, name, value)


class TestArithmetic:
    @given(st.integers(-8, 8), st.integers(0, 6), st.integers(0, 6), st.sampled_from([1, -1]))
    def test_sums_on_the_overlap(self, offset: int, n: int, m: int, sign: int) -> None:
        left, right = series(np.arange(n) + 1.0), series(np.arange(m) + 10.0, t0=offset * 0.1)
        expected = np.arange(n) + 1.0
        for i in range(m):
            if 0 <= i + offset < n:
                expected[i + offset] += sign * (i + 10.0)
        out = left + right if sign > 0 else left - right
        assert type(out) is TimeSeries
        assert out.data.tolist() == expected.tolist()
        assert left.data.tolist() == (np.arange(n) + 1.0).tolist()
        if sign > 0:
            left += right
        else:
            left -= right
        assert left.data.tolist() == expected.tolist()

    def test_epoch_times_align_exactly(self) -> None:
        left, right = series(np.zeros(10), t0=1.7e9, dt=0.01), series(np.ones(10), t0=1.7e9 + 0.05, dt=0.01)
        left += right
        assert left.data.tolist() == [0.0] * 5 + [1.0] * 5

    def test_what_does_not_fit_is_refused(self) -> None:
        d = series(np.zeros(5))
        relative = series(np.zeros(5))
        relative.tref = TimeReferenceType.Relative
        for other in (
            relative,
            series(np.zeros(5), dt=0.2),
            series(np.zeros(5), t0=0.05),
            series(np.zeros(5), dt=np.nan),
        ):
            with pytest.raises(MsPASSError):
                d += other
        d += series(np.ones(5), live=False)
        assert d.data.sum() == 0
        with pytest.raises(TypeError):
            d + 1

    def test_result_classes(self) -> None:
        class Mine(TimeSeries):
            pass

        left, right = series(np.zeros(2)), series(np.zeros(2))
        assert type(left + _CoreTimeSeries(right)) is _CoreTimeSeries
        assert type(Mine(left) + right) is TimeSeries
        left += _CoreTimeSeries(right)
        assert type(left) is TimeSeries

    def test_the_right_log_is_appended(self) -> None:
        left, right = series(np.zeros(2)), series(np.zeros(2))
        right.elog.log_verbose("a", "m")
        assert (left + right).elog.size() == 1
        assert left.elog.size() == 0

    def test_scalars(self) -> None:
        d = series([1.0, 2.0])
        assert (d * 2).data.tolist() == (2 * d).data.tolist() == [2.0, 4.0]
        assert (d / 2).data.tolist() == [0.5, 1.0]
        assert (-d).data.tolist() == [-1.0, -2.0]
        d *= 3.0
        assert d.data.tolist() == [3.0, 6.0]
        with pytest.raises(TypeError):
            d *= "x"


class TestCopies:
    @staticmethod
    def full() -> TimeSeries:
        d = series(np.arange(50.0), t0=1.6e9)
        d["sta"], d["list"] = "AAK", [1, 2]
        d.elog.log_error("alg", "bad", ErrorSeverity.Suspect)
        d.set_as_origin("reader", "1", "uuid", AtomicType.TIMESERIES)
        d.new_map("filter", "2", AtomicType.TIMESERIES)
        d.add_gap(TimeWindow(d.time(3), d.time(5)))
        d.ator(1.6e9)
        return d

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_pickles(self, protocol: int) -> None:
        d = self.full()
        self.same(d, pickle.loads(pickle.dumps(d, protocol)))

    def test_copies(self) -> None:
        d = self.full()
        for e in (copy.deepcopy(d), copy.copy(d), TimeSeries(d)):
            self.same(d, e)
        assert TimeSeries(d)["list"] is d["list"]
        assert copy.deepcopy(d)["list"] is not d["list"]

    @staticmethod
    def same(d: TimeSeries, e: TimeSeries) -> None:
        assert type(e) is TimeSeries
        assert e.data == d.data
        assert not np.shares_memory(e.data, d.data)
        assert dict(e) == dict(d)
        assert e.modified() == d.modified()
        assert str(e.elog) == str(d.elog)
        assert e.get_nodes() == d.get_nodes()
        assert e.id() == d.id()
        assert e.gaps == d.gaps
        assert (e.npts, e.live, e.tref, e.t0_ns, e.get_t0shift()) == (d.npts, d.live, d.tref, d.t0_ns, d.get_t0shift())

    def test_out_of_band_buffers(self) -> None:
        d = series(np.arange(10_000.0))
        buffers: list[pickle.PickleBuffer] = []
        text = pickle.dumps(d, protocol=5, buffer_callback=buffers.append)
        assert len(text) < 1000
        assert len(buffers) == 1
        frozen = pickle.loads(text, buffers=[bytes(b) for b in buffers])
        assert frozen.data.flags.writeable
        assert frozen.data == d.data

    def test_core_objects_and_subclasses_pickle(self) -> None:
        core = pickle.loads(pickle.dumps(_CoreTimeSeries(3)))
        assert (type(core), core.npts) == (_CoreTimeSeries, 3)
        base = pickle.loads(pickle.dumps(_BasicTimeSeries()))
        assert type(base) is _BasicTimeSeries

    def test_a_subclass_keeps_its_attributes(self) -> None:
        d = Tagged(series(np.arange(3.0)))
        d.tag = ["x"]
        for twin in (copy.deepcopy(d), pickle.loads(pickle.dumps(d))):
            assert type(twin) is Tagged
            assert twin.tag == ["x"]
            assert twin.tag is not d.tag
            assert twin.data == d.data

    def test_many_threads_may_read_one_datum(self) -> None:
        d = self.full()
        expected = d.time_axis().tolist(), dict(d), d.data.sum()

        def read(_: int) -> bool:
            twin = pickle.loads(pickle.dumps(TimeSeries(d)))
            return (twin.time_axis().tolist(), dict(twin), twin.data.sum()) == expected and not d.elog.size() - 1

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(read, range(400)))

    def test_an_empty_one_pickles(self) -> None:
        assert pickle.loads(pickle.dumps(TimeSeries())).npts == 0

    def test_history_and_log_come_from_another(self) -> None:
        d = TimeSeries(3)
        d.load_history(self.full())
        assert d.created_by() == ("filter", "2")
        assert d.elog.size() == 1
        assert isinstance(d.data, DoubleVector)
