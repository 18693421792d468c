"""TimeWindow, slowness, directions, keywords, parameter files, name definitions, spectra, Butterworth."""

from __future__ import annotations

import copy
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.errors import DefinitionError, SampleError
from libseis.mspass.seismic import (
    Keywords,
    PowerSpectrum,
    Seismogram,
    SlownessVector,
    TimeSeries,
    TimeWindow,
    _CoreTimeSeries,
)
from libseis.mspass.utility import (
    AntelopePf,
    ErrorSeverity,
    MDDefFormat,
    MDtype,
    Metadata,
    MetadataDefinitions,
    MsPASSError,
    SphericalCoordinate,
    get_mdlist,
    pfread,
)
from libseis.signal.butterworth import Butterworth


class TestGeometry:
    def test_time_window(self) -> None:
        assert (TimeWindow().start, TimeWindow().end) == (0.0, 1e99)
        w = TimeWindow(1, 5)
        assert w.shift(2.0) == TimeWindow(3.0, 7.0)
        assert w.length() == 4.0
        assert pickle.loads(pickle.dumps(w)) == w
        with pytest.raises(TypeError):
            w.start = "x"  # type: ignore[assignment]

    @given(st.floats(-1, 1), st.floats(-1, 1))
    def test_slowness(self, ux: float, uy: float) -> None:
        u = SlownessVector(ux, uy, 0.5)
        assert u.mag() == pytest.approx(math.hypot(ux, uy))
        if u.mag() > 1e-9:
            assert (math.sin(u.azimuth()) * u.mag(), math.cos(u.azimuth()) * u.mag()) == pytest.approx(
                (ux, uy), abs=1e-12
            )
            assert math.cos(u.baz() - u.azimuth()) == pytest.approx(-1.0)
        assert -math.pi <= u.azimuth() <= math.pi
        assert -math.pi <= u.baz() <= math.pi
        twin = pickle.loads(pickle.dumps(u))
        assert (twin.ux, twin.uy, twin.azimuth()) == (ux, uy, u.azimuth())
        assert SlownessVector(0.0, 0.0, 0.5).azimuth() == 0.5

    @given(st.lists(st.floats(-1, 1), min_size=3, max_size=3).filter(lambda v: np.linalg.norm(v) > 1e-3))
    def test_directions(self, vector: list[float]) -> None:
        d = SphericalCoordinate(vector)
        assert np.allclose(d.unit_vector, np.array(vector) / np.linalg.norm(vector), atol=1e-7)
        assert np.allclose(pickle.loads(pickle.dumps(d)).unit_vector, d.unit_vector)
        assert d.radius == 1.0

    @pytest.mark.parametrize("bad", [[1.0, 2.0], [0.0, 0.0, 0.0], [math.nan, 1.0, 1.0], "abc"])
    def test_what_is_no_direction(self, bad: object) -> None:
        with pytest.raises(ValueError):
            SphericalCoordinate(bad)  # type: ignore[arg-type]

    def test_keywords(self) -> None:
        assert Keywords.npts == Keywords["npts"] == "npts"
        with pytest.raises(AttributeError):
            Keywords.nonsense  # noqa: B018


PF = """
# a comment
count 3
rate 2.5   # samples per second
name two words
flag true
table &Tbl{
    x real
    n int
    s string
}
branch &Arr{
    inner 1
    deep &Tbl{
    a line
    }
}
empty &Tbl{ }
"""


class TestParameterFiles:
    def test_contents(self) -> None:
        pf = AntelopePf(PF.splitlines())
        assert dict(pf) == {"count": 3, "rate": 2.5, "name": "two words", "flag": True}
        assert isinstance(pf, Metadata)
        assert pf.get_tbl("table") == ["x real", "n int", "s string"]
        assert pf.get_tbl("empty") == []
        assert pf.get_branch("branch").get_tbl("deep") == ["a line"]
        assert (pf.arr_keys(), pf.tbl_keys()) == (["branch"], ["empty", "table"])
        assert [(e.tag, e.mdt) for e in get_mdlist(pf, "table")] == [
            ("x", MDtype.Double),
            ("n", MDtype.Long),
            ("s", MDtype.String),
        ]
        assert type(pf.ConvertToMetadata()) is Metadata
        for twin in (copy.deepcopy(pf), pickle.loads(pickle.dumps(pf))):
            assert twin.todict() == pf.todict()
        for get in (pf.get_tbl, pf.get_branch):
            with pytest.raises(MsPASSError):
                get("nothing")

    @pytest.mark.parametrize("text", ["}", "a &Tbl{\nx", "a &Arr{\nb 1", "lonely"])
    def test_broken_ones(self, text: str) -> None:
        with pytest.raises(DefinitionError):
            AntelopePf(text.splitlines())

    def test_search_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "mine.pf").write_text(PF)
        with pytest.raises(DefinitionError, match=r"mine.*PFPATH"):
            pfread("mine")
        monkeypatch.setenv("PFPATH", f"/nowhere:{tmp_path}")
        assert pfread("mine")["count"] == 3


class TestMetadataDefinitions:
    def test_the_packaged_names(self) -> None:
        names = MetadataDefinitions()
        assert names.type("delta") is MDtype.Double
        assert names.unique_name("dt") == ("delta", MDtype.Double)
        assert names.is_alias("t0")
        assert names.concept("npts")

    def test_files(self, tmp_path: Path) -> None:
        (tmp_path / "d.yaml").write_text(
            "wf:\n- {name: x, type: real, concept: an x, aliases: [ex, xx]}\n- {name: n, type: int, readonly: true}\n"
        )
        (tmp_path / "d.pf").write_text(
            "attributes &Tbl{\nx real an x\nn int\n}\naliases &Tbl{\nx ex xx\n}\nreadonly &Tbl{\nn\n}\n"
        )
        for names in (
            MetadataDefinitions(str(tmp_path / "d.yaml")),
            MetadataDefinitions(str(tmp_path / "d.pf"), MDDefFormat.PF),
        ):
            assert names.keys() == ["n", "x"]
            assert (names.type("x"), names.concept("x"), names.aliases("x")) == (MDtype.Double, "an x", ["ex", "xx"])
            assert names.readonly("n")
            assert names.writeable("x")
            md = Metadata({"x": 1.0, "other": 2})
            names.apply_aliases(md, ["xx"])
            assert md.keys() == {"xx", "other"}
            md["x"] = 5.0
            names.clear_aliases(md)
            assert dict(md) == {"x": 5.0, "other": 2}
            names.add("y", "a y", MDtype.String)
            names += MetadataDefinitions(str(tmp_path / "d.yaml"))
            assert names.is_defined("y")
            with pytest.raises(MsPASSError, match="nope"):
                names.concept("nope")

    def test_a_bad_file(self, tmp_path: Path) -> None:
        (tmp_path / "bad.yaml").write_text("- just\n- a list\n")
        for name in ("foo", str(tmp_path / "bad.yaml"), str(tmp_path / "bad.pf")):
            with pytest.raises(MsPASSError, match="bad file") as caught:
                MetadataDefinitions(name)
            assert caught.value.severity is ErrorSeverity.Invalid


class TestPowerSpectrum:
    def test_axis_and_power(self) -> None:
        s = PowerSpectrum(Metadata({"sta": "AAK"}), [1.0, 2.0, 4.0], 0.25, "test", 0.0, 1.0, 4)
        assert (s.nf(), s.df(), s.f0(), s.dt(), s.Nyquist(), s.rayleigh()) == (3, 0.25, 0.0, 1.0, 0.5, 0.25)
        assert s.live()
        assert s.frequencies().tolist() == [0.0, 0.25, 0.5]
        assert (s.frequency(1), s.sample_number(0.3)) == (0.25, 1)
        assert (s.power(0.125), s.power(0.5), s.power(0.6)) == (1.5, 4.0, 0.0)
        assert s.amplitude().tolist() == [1.0, math.sqrt(2.0), 2.0]
        with pytest.raises(SampleError):
            s.frequency(3)
        with pytest.raises(SampleError):
            s.sample_number(9.0)
        s.elog.log_verbose("a", "m")
        both = s + s
        assert both.spectrum.tolist() == [2.0, 4.0, 8.0]
        for twin in (PowerSpectrum(s), copy.deepcopy(s), pickle.loads(pickle.dumps(s))):
            assert (twin.spectrum.tolist(), twin.df(), twin["sta"], twin.spectrum_type) == (
                [1, 2, 4],
                0.25,
                "AAK",
                "test",
            )
            assert (twin.live(), twin.elog.size(), twin.timeseries_npts()) == (True, 1, 4)
        s.kill()
        assert s.dead()


def noise(dt: float, n: int = 2000) -> TimeSeries:
    d = TimeSeries({"delta": dt, "starttime": 0.0}, np.random.default_rng(3).normal(size=n))
    d.live = True
    return d


class TestButterworth:
    @pytest.mark.parametrize(
        ("low", "high", "kind"), [(True, True, "bandpass"), (True, False, "highpass"), (False, True, "lowpass")]
    )
    def test_corners_are_three_decibels_down(self, low: bool, high: bool, kind: str) -> None:
        b = Butterworth(False, low, high, 3, 0.5, 4, 20.0, 0.01)
        assert b.filter_type() == kind
        response = abs(b.transfer_function(20_000))
        frequencies = np.fft.fftfreq(20_000, 0.01)
        for on, corner in ((low, 0.5), (high, 20.0)):
            if on:
                assert response[np.argmin(abs(frequencies - corner))] == pytest.approx(math.sqrt(0.5), abs=1e-3)

    def test_bands_are_kept(self) -> None:
        b = Butterworth(False, True, True, 0.1, 0.01, 0.5, 0.95, 5.0, 0.95, 10.0, 0.01, 0.01)
        response, f = abs(b.transfer_function(100_000)), np.fft.fftfreq(100_000, 0.01)
        at = [response[np.argmin(abs(f - x))] for x in (0.1, 0.5, 5.0, 10.0)]
        assert at[0] <= 0.0101
        assert at[3] <= 0.0101
        assert min(at[1:3]) >= 0.949

    def test_the_response_is_what_apply_does(self) -> None:
        for zerophase in (True, False):
            b = Butterworth(zerophase, True, True, 2, 1.0, 2, 10.0, 0.01)
            impulse = b.impulse_response(4000)
            assert type(impulse) is _CoreTimeSeries
            assert np.allclose(abs(np.fft.fft(impulse.data)), abs(b.transfer_function(4000)), atol=1e-3)

    def test_in_place_on_every_kind(self) -> None:
        b = Butterworth()
        d = noise(0.05)
        s = Seismogram({"delta": 0.05, "starttime": 0.0}, np.vstack([d.data, 2 * d.data, -d.data]))
        s.live = True
        vector = np.array(d.data)
        view = d.data
        assert b.apply(d) is d
        b.apply(s)
        assert b.apply(vector) is vector
        assert np.allclose(view, vector)
        assert np.allclose(s.data[1], 2 * vector)
        dead = noise(0.05)
        dead.kill()
        assert b.apply(dead).data == noise(0.05).data
        b.apply(TimeSeries())

    def test_the_filter_follows_the_data(self) -> None:
        b, d = Butterworth(True, True, True, 4, 1.0, 4, 15.0, 0.01), noise(0.02)
        b.apply(d)
        assert (b.dt(), b.low_corner(), b.high_corner(), b.npoles_low()) == (0.02, 1.0, 15.0, 4)
        expected = Butterworth(True, True, True, 4, 1.0, 4, 15.0, 0.02).apply(noise(0.02))
        assert np.allclose(d.data, expected.data)

    def test_a_corner_above_nyquist_is_left_out_and_said(self) -> None:
        b, d = Butterworth(True, True, True, 4, 1.0, 4, 20.0, 0.01), noise(0.03)
        b.apply(d)
        expected = Butterworth(True, True, False, 4, 1.0, 0, 0.0, 0.03).apply(noise(0.03))
        assert np.allclose(d.data, expected.data)
        assert (b.dt(), b.filter_type()) == (0.01, "bandpass")
        assert d.elog[0].badness is ErrorSeverity.Complaint
        assert "Disabling upper corner" in d.elog[0].message

    def test_from_metadata(self) -> None:
        md = Metadata({"sample_interval": 0.01, "zerophase": True, "filter_type": "bandpass",
                       "filter_definition_method": "corner_pole", "npoles_low": 4, "corner_low": 1.0,
                       "npoles_high": 3, "corner_high": 5.0})  # fmt: skip
        b = Butterworth(md)
        assert (b.npoles_low(), b.low_corner(), b.npoles_high(), b.high_corner(), b.is_zerophase()) == (
            4,
            1.0,
            3,
            5.0,
            True,
        )
        md["filter_definition_method"] = "stop_pass"
        bands = dict(zip(("fstop_low", "astop_low", "fpass_low", "apass_low", "fpass_high", "apass_high", "fstop_high",
                          "astop_high"), (0.5, 0.01, 1.0, 0.99, 5.0, 0.99, 8.0, 0.01), strict=True))  # fmt: skip
        md += Metadata(bands)
        direct = Butterworth(True, True, True, *bands.values(), 0.01)
        for b in (Butterworth(md), Butterworth(direct), pickle.loads(pickle.dumps(direct))):
            assert (b.npoles_low(), b.low_corner(), b.npoles_high()) == (
                direct.npoles_low(),
                direct.low_corner(),
                direct.npoles_high(),
            )
        for key, value in (("filter_type", "comb"), ("filter_definition_method", "guess")):
            with pytest.raises(SampleError, match=key):
                Butterworth(md + Metadata({key: value}))

    @pytest.mark.parametrize(
        "args",
        [
            (True, True, True, 2, 1.0, 2, 80.0, 0.01),
            (True, True, False, 0, 1.0, 2, 8.0, 0.01),
            (True, True, False, 2, -1.0, 2, 8.0, 0.01),
            (True, False, False, 2, 1.0, 2, 8.0, 0.0),
            (True, True, False, 2, math.nan, 2, 8.0, 0.01),
        ],
    )
    def test_what_cannot_be_built(self, args: tuple[float, ...]) -> None:
        with pytest.raises(SampleError):
            Butterworth(*args)
