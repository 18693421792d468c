"""Data objects to obspy and back."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from obspy import Stream, Trace, UTCDateTime

from libseis import AtomicType, ErrorSeverity, Metadata, MsPASSError, ProcessingHistory, TimeSeries, TimeSeriesEnsemble
from libseis.codes import Channel
from libseis.errors import SampleError, TimeReferenceError
from libseis.mspass.converter import (
    ENSEMBLE_KEYS,
    Metadata2dict,
    Seismogram2Stream,
    SeismogramEnsemble2Stream,
    Stream2Seismogram,
    Stream2SeismogramEnsemble,
    Stream2TimeSeriesEnsemble,
    TimeSeries2Trace,
    TimeSeriesEnsemble2Stream,
    Trace2TimeSeries,
    dict2Metadata,
    list2Ensemble,
    post_ensemble_metadata,
    segment_to_timeseries,
    timeseries_to_segment,
)
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.segments import Complaint, ComplaintKind, Rate, Segment, Span

T0 = UTCDateTime(2011, 3, 11, 5, 46, 24, 120034)


def trace(npts: int = 100, chan: str = "BHZ", **more: object) -> Trace:
    header = {
        "network": "IU",
        "station": "ANMO",
        "location": "00",
        "channel": chan,
        "starttime": T0,
        "sampling_rate": 40.0,
    }
    rng = np.random.default_rng(len(chan) + npts)
    return Trace(rng.integers(-1000, 1000, npts).astype(np.int32), {**header, **more})


def datum(npts: int = 50, **names: object) -> TimeSeries:
    out = Trace2TimeSeries(trace(npts))
    for key, value in names.items():
        out[key] = value
    return out


class TestOneChannel:
    def test_trace_to_time_series(self) -> None:
        source = trace(mine={"a": 1})
        out = source.toTimeSeries()
        assert isinstance(out, TimeSeries)
        assert out.live
        assert out.time_is_UTC()
        assert np.array_equal(out.data, source.data)
        assert (out.t0_ns, out.rate_numerator, out.rate_denominator) == (T0.ns, 40, 1)
        assert [out[k] for k in ("net", "sta", "loc", "chan")] == ["IU", "ANMO", "00", "BHZ"]
        assert (out["starttime"], out["endtime"]) == (T0.timestamp, (T0 + 99 / 40).timestamp)
        assert (out["npts"], out["delta"], out["sampling_rate"], out["calib"]) == (100, 0.025, 40.0, 1.0)
        assert out["mine"] == {"a": 1}
        assert "network" not in out

    def test_samples_are_a_copy(self) -> None:
        source = Trace(np.zeros(5))
        out = Trace2TimeSeries(source)
        out.data[0] = 1.0
        assert source.data[0] == 0.0

    def test_there_and_back(self) -> None:
        source = trace(mseed={"dataquality": "D"})
        back = TimeSeries2Trace(Trace2TimeSeries(source))
        assert back.id == source.id
        assert (back.stats.starttime.ns, back.stats.delta) == (T0.ns, 0.025)
        assert np.array_equal(back.data, source.data)
        assert back.stats.mseed == source.stats.mseed
        assert (back.stats["net"], back.stats["chan"]) == ("IU", "BHZ")
        assert back.dead_mspass is False

    def test_obspy_names_win_on_the_way_back(self) -> None:
        shown = TimeSeries2Trace(datum())
        shown.stats.channel = "BHE"
        assert Trace2TimeSeries(shown)["chan"] == "BHE"

    def test_dead_data(self) -> None:
        dead = datum()
        dead.kill()
        shown = dead.toTrace()
        assert (shown.stats.npts, shown.dead_mspass) == (0, True)
        assert not Trace2TimeSeries(shown).live

    def test_a_contradicting_rate_is_put_right_and_told(self) -> None:
        wrong = datum(sampling_rate=20.0)
        assert TimeSeries2Trace(wrong).stats.sampling_rate == 40.0
        assert wrong["sampling_rate"] == 40.0
        assert [e.badness for e in wrong.elog] == [ErrorSeverity.Complaint]

    def test_history_is_taken_over(self) -> None:
        history = ProcessingHistory("job", "1")
        history.set_as_raw("read", "0", "uuid", AtomicType.TIMESERIES)
        out = Trace2TimeSeries(trace(), history)
        assert out.is_raw()
        assert out.jobname() == "job"

    def test_masked_samples_are_gaps(self) -> None:
        source = trace(10)
        source.data = np.ma.masked_array(source.data, mask=[0, 0, 1, 1, 1, 0, 0, 0, 1, 0])
        out = Trace2TimeSeries(source)
        assert np.flatnonzero(np.isnan(out.data)).tolist() == [2, 3, 4, 8]
        assert out["has_gap"]
        assert out["gaps"] == [
            {"starttime": out.time(2), "endtime": out.time(4)},
            {"starttime": out.time(8), "endtime": out.time(8)},
        ]
        assert [(g.start, g.end) for g in out.gaps] == [(g["starttime"], g["endtime"]) for g in out["gaps"]]
        assert "4 masked samples in 2 gaps" in out.elog[0].message

    def test_a_calib_that_is_no_number_stays_behind(self) -> None:
        assert TimeSeries2Trace(datum(calib="unknown")).stats.calib == 1.0


class TestEnsembles:
    def test_stream_to_ensemble_and_back(self) -> None:
        stream = Stream([trace(n, chan) for n, chan in ((10, "BHE"), (20, "BHN"), (0, "BHZ"))])
        ensemble = stream.toTimeSeriesEnsemble()
        assert ensemble.live
        assert [m.npts for m in ensemble.member] == [10, 20, 0]
        ensemble["event"] = "39645386"
        ensemble.member[1].kill()
        shown = ensemble.toStream()
        assert [t.stats.npts for t in shown] == [10, 0, 0]
        assert shown[0].stats["event"] == "39645386"
        back = Stream2TimeSeriesEnsemble(shown)
        assert back.todict() == {"event": "39645386"}
        assert [m.live for m in back.member] == [True, False, True]
        assert all(ENSEMBLE_KEYS not in m for m in back.member)
        assert "event" not in ensemble.member[0]

    @pytest.mark.parametrize("make", [datum, Seismogram])
    def test_streams_of_an_ensemble_leave_it_alone(self, make: Callable[[int], Any]) -> None:
        ensemble = list2Ensemble([make(4), make(4)])
        ensemble["event"] = "39645386"
        before = [dict(member) for member in ensemble.member]
        ensemble.toStream()
        assert [dict(member) for member in ensemble.member] == before

    def test_an_empty_stream(self) -> None:
        assert not Stream2TimeSeriesEnsemble(Stream()).live
        assert len(TimeSeriesEnsemble2Stream(TimeSeriesEnsemble())) == 0

    def test_list_to_ensemble(self) -> None:
        ensemble = list2Ensemble([datum(evid=7), datum(evid=7)], keys=["evid"])
        assert isinstance(ensemble, TimeSeriesEnsemble)
        assert (ensemble.live, ensemble["evid"]) == (True, 7)
        assert isinstance(list2Ensemble([Seismogram(3)]), SeismogramEnsemble)
        for wrong in ([], [datum(), Seismogram(3)], [1]):
            for kind in (MsPASSError, TypeError):
                with pytest.raises(kind, match="the list holds"):
                    list2Ensemble(wrong)  # type: ignore[arg-type]

    def test_list_to_ensemble_takes_the_metadata_of_the_first(self) -> None:
        first, second = datum(evid=7, a=1), datum(evid=8, b=2)
        assert list2Ensemble([first, second]).todict() == first.todict()
        ensemble = list2Ensemble([first, second], keys=["evid", "b"])
        assert ensemble.todict() == {"evid": 7}
        (entry,) = ensemble.elog.get_error_log()
        assert entry.badness == ErrorSeverity.Complaint and "'b' not found in the first" in entry.message

    def test_post_ensemble_metadata_is_all_or_nothing(self) -> None:
        ensemble = list2Ensemble([datum(a=1, b=2), datum(a=1, b=3)], keys=[])
        with pytest.raises(MsPASSError, match="Illegal data received"):
            post_ensemble_metadata([1], ["a"])  # type: ignore[arg-type]
        with pytest.raises(MsPASSError, match=r"'b' is 2 in one live member and 3"):
            post_ensemble_metadata(ensemble, ["a", "b"], check_all_members=True, clean_members=True)
        assert ensemble.todict() == {}
        assert "a" in ensemble.member[0]
        with pytest.raises(MsPASSError, match="no Metadata 'c': Cannot post to ensemble"):
            post_ensemble_metadata(ensemble, ["c"])
        post_ensemble_metadata(ensemble, ["a", "b"], clean_members=True)
        assert ensemble.todict() == {"a": 1, "b": 2}
        assert all("a" in m and "b" in m for m in ensemble.member)  # they are cleaned only of what was checked in all
        post_ensemble_metadata(ensemble, ["a"], check_all_members=True, clean_members=True)
        assert all("a" not in m and "b" in m for m in ensemble.member)

    def test_metadata_and_dicts(self) -> None:
        content = {"a": 1, "b": [1, 2]}
        assert Metadata2dict(dict2Metadata(content)) == content
        assert isinstance(dict2Metadata(content), Metadata)

    def test_a_thousand_traces_cost_little_more_than_their_copies(self) -> None:
        stream = Stream([trace(36_000, f"B{k:03}"[:3]) for k in range(10)] * 100)

        def cost(work: object) -> float:
            best = float("inf")
            for _ in range(3):
                before = time.process_time()
                kept = work()  # type: ignore[operator]
                best = min(best, time.process_time() - before)
                del kept
            return best

        floor = cost(lambda: [(t.data.astype(np.float64), dict(t.stats)) for t in stream])
        assert cost(lambda: Stream2TimeSeriesEnsemble(stream)) < 3 * floor


class TestThreeComponents:
    def stream(self, **more: object) -> Stream:
        return Stream([trace(60, chan, **more) for chan in ("BHE", "BHN", "BHZ")])

    def test_cardinal(self) -> None:
        stream = self.stream()
        out = stream.toSeismogram(cardinal=True)
        assert out.live
        assert np.allclose(out.tmatrix, np.eye(3), atol=1e-12)
        assert out.data.shape == (3, 60)
        assert np.array_equal(out.data, np.array([t.data for t in stream]))
        assert (out["sta"], out.t0_ns) == ("ANMO", T0.ns)

    def test_azimuth_and_dip(self) -> None:
        stream = self.stream()
        for t, azimuth, dip in zip(stream, (30.0, 120.0, 0.0), (0.0, 0.0, -90.0), strict=True):
            t.stats["azimuth"], t.stats["dip"] = azimuth, dip
        out = Stream2Seismogram(stream)
        c, s = np.cos(np.radians(30)), np.sin(np.radians(30))
        assert np.allclose(out.tmatrix, [[s, c, 0], [c, -s, 0], [0, 0, 1]])

    def test_refusals(self) -> None:
        with pytest.raises(AssertionError, match="has 2"):
            Stream2Seismogram(Stream(self.stream()[:2]), cardinal=True)
        with pytest.raises(RuntimeError, match="cardinal=True"):
            Stream2Seismogram(self.stream())
        with pytest.raises(ValueError, match="divisible by 3, found 2"):
            Stream2SeismogramEnsemble(Stream(self.stream()[:2]))

    def test_there_and_back_with_any_orientation(self) -> None:
        source = self.stream().toSeismogram(cardinal=True)
        source.rotate(0.4)
        shown = source.toStream()
        assert [t.stats.channel for t in shown] == ["E", "N", "Z"]
        back = Stream2Seismogram(shown)
        assert np.allclose(back.tmatrix, source.tmatrix)
        assert np.array_equal(back.data, source.data)

    def test_no_component_s_angles_are_left_on_the_whole(self) -> None:
        """An azimuth of the datum itself, here to an earthquake, is there again; those of components are not."""
        source = self.stream(azimuth=77.0, vang="mine").toSeismogram(cardinal=True)
        assert (source["azimuth"], source["vang"]) == (77.0, "mine")
        for shown in (source.toStream(), SeismogramEnsemble2Stream(list2Ensemble([source, source], keys=[]))):
            assert [t.stats.azimuth for t in shown[:3]] == [90.0, 0.0, 0.0]
            backs = [Stream2Seismogram(shown)] if len(shown) == 3 else Stream2SeismogramEnsemble(shown).member
            for back in backs:
                assert (back["azimuth"], back["vang"]) == (77.0, "mine")
                assert not {"dip", "hang", "CONVERTER_OWN_ANGLES"} & back.keys()
        stream = self.stream()
        for t, azimuth, dip in zip(stream, (90.0, 0.0, 0.0), (0.0, 0.0, -90.0), strict=True):
            t.stats["azimuth"], t.stats["dip"] = azimuth, dip
        for back in (
            stream.toSeismogram(),
            stream.toSeismogram(cardinal=True),
            stream.toSeismogramEnsemble().member[0],
        ):
            assert not {"azimuth", "dip", "hang", "vang"} & back.keys()
            assert np.array_equal(back.data, np.array([t.data for t in stream]))

    def test_given_names_and_angles(self) -> None:
        source = self.stream().toSeismogram(cardinal=True)
        shown = Seismogram2Stream(source, ["R", "T", "Z"], [10.0, 100.0, 0.0], [90.0, 90.0, 0.0])
        assert [t.stats["hang"] for t in shown] == [10.0, 100.0, 0.0]
        assert [t.stats["dip"] for t in shown] == [0.0, 0.0, -90.0]
        assert shown[0].stats.channel == "R"

    def test_the_dead(self) -> None:
        stream = self.stream()
        stream[1].dead_mspass = True
        dead = Stream2Seismogram(stream, cardinal=True)
        assert not dead.live
        assert dead["sta"] == "ANMO"
        shown = Seismogram2Stream(dead)
        assert [t.dead_mspass for t in shown] == [True] * 3

    def test_ensembles(self) -> None:
        ensemble = (self.stream() + self.stream()).toSeismogramEnsemble()
        assert len(ensemble.member) == 2
        assert ensemble.live
        ensemble["event"] = 5
        ensemble.member[1].rotate(0.2)
        shown = SeismogramEnsemble2Stream(ensemble)
        assert len(shown) == 6
        back = Stream2SeismogramEnsemble(shown)
        assert back.todict() == {"event": 5}
        assert np.allclose(back.member[1].tmatrix, ensemble.member[1].tmatrix)


class TestSegments:
    def test_to_time_series(self) -> None:
        told = Complaint(ComplaintKind.TIME_MISFIT, "Off the grid.")
        segment = Segment(
            Channel("CI", "HEC", "", "BHN"), T0.ns + 1, Rate(100, 3), np.arange(9, dtype=np.int32), (told,)
        )
        out = segment_to_timeseries(segment, {"data_tag": "x", "chan": "BHZ"})
        assert out.live
        assert out.time_is_UTC()
        assert (out.t0_ns, out.rate_numerator, out.rate_denominator) == (T0.ns + 1, 100, 3)
        assert out.data.dtype == np.float64
        assert out["loc"] == ""
        assert (out["npts"], out["delta"], out["sampling_rate"]) == (9, 0.03, 100 / 3)
        assert (out["data_tag"], out["chan"]) == ("x", "BHZ")
        assert [(e.message, e.badness) for e in out.elog] == [("Off the grid.", ErrorSeverity.Complaint)]

    def test_gaps_are_kept(self) -> None:
        segment = Segment(Channel("CI", "HEC", "", "BHN"), T0.ns, Rate(40), np.zeros(100))
        out = segment_to_timeseries(segment, gaps=[Span(segment.time_ns(10), segment.time_ns(20))])
        out.fill_gaps("nan")
        assert np.flatnonzero(np.isnan(out.data)).tolist() == list(range(10, 21))

    @pytest.mark.parametrize("kind", [np.int32, np.float32, np.float64])
    def test_there_and_back(self, kind: type) -> None:
        values = np.array([1, -2, 3], kind) if kind is np.int32 else np.array([0.1, -2.5, 1e30], kind)
        segment = Segment(Channel("CI", "HEC", "10", "BHN"), T0.ns, Rate(1, 10), values)
        back = timeseries_to_segment(segment_to_timeseries(segment))
        assert (back.channel, back.t0_ns, back.rate) == (segment.channel, segment.t0_ns, segment.rate)
        assert back.data.dtype == (np.int32 if kind is np.int32 else np.float64)
        assert np.array_equal(back.data, values)

    def test_reals_are_not_copied_on_the_way_out(self) -> None:
        source = datum()
        source *= 0.1
        assert np.shares_memory(timeseries_to_segment(source).data, np.asarray(source.data))

    def test_refusals(self) -> None:
        relative = datum()
        relative.ator(relative.t0)
        with pytest.raises(TimeReferenceError, match="rtoa"):
            timeseries_to_segment(relative)
        still = datum()
        still.set_dt(0.0)
        with pytest.raises(SampleError, match="does not give a sampling rate"):
            timeseries_to_segment(still)


def test_the_converted_stream_can_be_processed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shown = datum(1000).toTrace().filter("lowpass", freq=5.0)
    assert Trace2TimeSeries(shown)["processing"]
