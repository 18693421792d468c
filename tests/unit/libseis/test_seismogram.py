"""Seismogram: construction from components, the transformations, the matrix that is kept, pickles."""

from __future__ import annotations

import copy
import math
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from libseis.errors import MatrixError, MetadataKeyError, SampleError
from libseis.mspass.seismic import Seismogram, SlownessVector, TimeSeries, _CoreSeismogram
from libseis.mspass.utility import AtomicType, Metadata, MsPASSError, ProcessingHistory, SphericalCoordinate, dmatrix

ANGLES = st.floats(-10, 10)
MATRICES = arrays(np.float64, (3, 3), elements=st.floats(-10, 10))
DIRECTIONS = arrays(np.float64, 3, elements=st.floats(-1, 1)).filter(lambda v: np.linalg.norm(v) > 1e-3)
RANDOM = np.random.default_rng(1)


def seismogram(n: int = 20) -> Seismogram:
    d = Seismogram({"delta": 0.1, "starttime": 5.0}, RANDOM.normal(size=(3, n)))
    d.live = True
    return d


def component(hang: float, vang: float, values: Any, t0: float = 10.0) -> TimeSeries:
    d = TimeSeries({"delta": 0.1, "starttime": t0, "channel_hang": hang, "channel_vang": vang, "sta": "AAK"}, values)
    d.live = True
    return d


class TestConstruction:
    def test_what_it_is(self) -> None:
        d = Seismogram(7)
        assert isinstance(d, Metadata)
        assert isinstance(d, ProcessingHistory)
        assert d.data.shape == (3, 7)
        assert d.data.flags.f_contiguous
        assert (d.live, d.cardinal(), d.orthogonal(), dict(d)) == (False, True, True, {"npts": 7})
        assert Seismogram().data.shape == (0, 0)
        assert not isinstance(_CoreSeismogram(3), ProcessingHistory)

    def test_size_is_mspass_s_estimate(self) -> None:
        d = Seismogram(100)
        d.dt, d.t0 = 0.1, 5.0
        d.tmatrix = np.eye(3)
        assert sys.getsizeof(d) == pytest.approx(3080, abs=2)

    def test_three_standard_components(self) -> None:
        parts = [
            component(90, 90, np.full(5, 1.0)),
            component(0, 90, np.full(5, 2.0)),
            component(0, 0, np.full(5, 3.0)),
        ]
        d = Seismogram(parts, 1)
        assert d.data[:, 0].tolist() == [1.0, 2.0, 3.0]
        assert (d.tmatrix == np.eye(3)).all()
        assert d.cardinal()
        assert d.live
        assert d["sta"] == "AAK"
        assert "channel_hang" not in d
        assert "channel_vang" not in d

    @given(
        st.permutations(range(3)),
        st.lists(st.integers(0, 5), min_size=3, max_size=3),
        st.floats(0, 360),
        st.floats(-80, 80),
    )
    def test_components_align_on_the_common_span(
        self, order: list[int], starts: list[int], turn: float, dip: float
    ) -> None:
        orientation = [(turn, 90.0 + dip), (turn + 90.0, 90.0), (turn, dip)]
        parts = [
            component(*orientation[i], np.arange(20.0) + starts[k], t0=10.0 + 0.1 * starts[k])
            for k, i in enumerate(order)
        ]
        d = Seismogram(parts, 0)
        first = max(starts)
        expected = np.arange(first, min(starts) + 20.0)
        assert d.npts == len(expected)
        for row in range(3):
            assert d.data[row].tolist() == expected.tolist()
        assert d.t0 == pytest.approx(10.0 + 0.1 * first)
        assert np.allclose(d.tmatrix @ d.tmatrix.T, np.eye(3), atol=1e-12)

    def test_what_cannot_be_joined(self) -> None:
        good = [component(90, 90, np.ones(5)), component(0, 90, np.ones(5)), component(0, 0, np.ones(5))]
        bare = TimeSeries({"delta": 0.1, "starttime": 10.0}, np.ones(5))
        with pytest.raises(MetadataKeyError, match="channel_hang"):
            Seismogram([*good[:2], bare], 0)
        with pytest.raises(SampleError, match="no common"):
            Seismogram([*good[:2], component(0, 0, np.ones(5), t0=1000.0)], 0)
        for parts, clone in ((good[:2], 0), (good, 3), (good, -1)):
            with pytest.raises(SampleError):
                Seismogram(parts, clone)
        good[1].dt = 0.2
        with pytest.raises(SampleError, match="dt"):
            Seismogram(good, 0)

    def test_a_file_of_interleaved_samples(self, tmp_path: Path) -> None:
        samples = np.arange(12.0)
        (tmp_path / "d").write_bytes(b"xx" * 4 + samples.tobytes())
        md = Metadata({"delta": 1.0, "starttime": 0.0, "npts": 4, "dir": str(tmp_path), "dfile": "d", "foff": 8})
        assert (Seismogram(md, True).data == samples.reshape((3, 4), order="F")).all()
        assert not Seismogram(md, False).data.any()
        md["npts"] = 5
        with pytest.raises(SampleError, match="12 of the 15"):
            Seismogram(md, True)
        md["dfile"] = "nothing"
        with pytest.raises(SampleError, match="cannot read"):
            Seismogram(md, True)

    def test_metadata_matrix(self) -> None:
        md = Metadata({"delta": 1.0, "starttime": 0.0, "tmatrix": [0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]})
        assert Seismogram(md).tmatrix.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
        job = Seismogram(md, "job", "7", "reader", "alg7")
        assert (job.jobname(), job.jobid(), job.created_by()) == ("job", "7", ("reader", "alg7"))
        assert job.current_nodedata().type is AtomicType.SEISMOGRAM


class TestMatrix:
    @pytest.mark.parametrize(
        "form",
        [lambda m: m, lambda m: m.ravel(), lambda m: m.reshape(1, 9), lambda m: m.reshape(9, 1), dmatrix,
         lambda m: m.tolist(), lambda m: m.ravel().tolist()],
    )  # fmt: skip
    def test_forms(self, form: Any) -> None:
        d, m = seismogram(), np.arange(9.0).reshape(3, 3)
        d.tmatrix = form(m)
        assert (d.tmatrix == m).all()
        assert d["tmatrix"] == m.ravel().tolist()
        d.tmatrix[0, 0] = 99.0
        assert d.tmatrix[0, 0] == 0.0

    @pytest.mark.parametrize(("bad", "text"), [(np.eye(2), "3x3 matrix"), ([1.0, 2.0], "3x3 list of list"),
                                               ([[1, 2], [3]], "3x3 list of list"), ([["a"] * 3] * 3, "float"),
                                               ("x", "not recognized"), (None, "not recognized")])  # fmt: skip
    def test_bad_forms(self, bad: Any, text: str) -> None:
        with pytest.raises(MatrixError, match=text):
            seismogram().tmatrix = bad

    def test_cardinal_cuts_off_after_four_decimals(self) -> None:
        d = seismogram()
        d.tmatrix = np.eye(3) * 1.00009
        assert d.cardinal()
        d.tmatrix = np.eye(3) * 0.99999
        assert not d.cardinal()


class TestTransformations:
    @given(ANGLES)
    def test_rotation_in_the_plane(self, angle: float) -> None:
        d = seismogram()
        before = np.array(d.data)
        d.rotate(angle)
        assert np.allclose(d.data[0], math.cos(angle) * before[0] + math.sin(angle) * before[1])
        assert np.allclose(d.data, d.tmatrix @ before)
        assert np.allclose(d.tmatrix @ d.tmatrix.T, np.eye(3))
        assert (d.cardinal(), d.orthogonal()) == (False, True)
        d.rotate_to_standard()
        assert np.allclose(d.data, before)
        assert d.cardinal()

    @given(DIRECTIONS)
    def test_ray_coordinates(self, direction: Any) -> None:
        d = seismogram()
        before = np.array(d.data)
        d.rotate(direction)
        matrix, unit = d.tmatrix, direction / np.linalg.norm(direction)
        assert np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-9)
        longitudinal = matrix[2]
        assert np.allclose(longitudinal, unit, atol=1e-7)
        assert np.allclose(matrix[0, 2], 0.0)
        assert np.allclose(d.data, matrix @ before)
        d.rotate_to_standard()
        assert np.allclose(d.data, before)

    def test_straight_down_flips_the_third_component_only(self) -> None:
        d = seismogram()
        d.rotate([0.0, 0.0, -1.0])
        assert d.tmatrix.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, -1]]

    @given(st.floats(-3.1, 3.1), st.floats(-6.2, 6.2))
    def test_folded_angles_are_the_same_direction(self, theta: float, phi: float) -> None:
        ray = SphericalCoordinate()
        ray.radius, ray.theta, ray.phi = 1.0, theta, phi
        d = seismogram()
        d.rotate(ray)
        assert np.allclose(d.tmatrix[2], ray.unit_vector, atol=1e-9)

    @given(MATRICES, MATRICES)
    def test_transform_composes_and_inverts(self, a: Any, b: Any) -> None:
        d = seismogram()
        before = np.array(d.data)
        d.transform(a)
        d.transform(b.tolist())
        assert np.allclose(d.tmatrix, b @ a)
        assert np.allclose(d.data, b @ a @ before)
        if np.linalg.cond(b @ a) < 1e6:
            d.rotate_to_standard()
            assert np.allclose(d.data, before, atol=1e-6)

    def test_orthogonal_is_not_guessed(self) -> None:
        d = seismogram()
        d.transform([[0, 1, 0], [1, 0, 0], [0, 0, 1]])
        assert (d.cardinal(), d.orthogonal()) == (False, False)

    def test_a_singular_matrix_is_refused_and_nothing_changes(self) -> None:
        d = seismogram()
        d.tmatrix = np.ones((3, 3))
        before = np.array(d.data)
        with pytest.raises(MatrixError, match="LU factorization"):
            d.rotate_to_standard()
        assert (d.data == before).all()

    @pytest.mark.parametrize("bad", [np.eye(2), [1, 2, 3], np.zeros(9)])
    def test_transform_wants_three_by_three(self, bad: Any) -> None:
        with pytest.raises(ValueError, match=r"\(3, 3\)"):
            seismogram().transform(bad)
        with pytest.raises(ValueError, match="3 numbers"):
            seismogram().rotate([1.0, 2.0])

    def test_free_surface_value(self) -> None:
        d = seismogram()
        d.free_surface_transformation(SlownessVector(0.17085, -0.062185), 5.0, 3.5)
        expected = [[-0.171012, -0.469846, 0], [0.115793, -0.0421458, 0.445447], [-0.597975, 0.217647, 0.228152]]
        assert np.allclose(d.tmatrix, expected, atol=1e-6)
        assert (d.cardinal(), d.orthogonal()) == (False, False)

    def test_free_surface_limits(self) -> None:
        d = seismogram()
        d.free_surface_transformation(SlownessVector(), 5.0, 3.5)
        assert d.cardinal()
        with pytest.raises(MatrixError, match="evanescent"):
            d.free_surface_transformation(SlownessVector(0.3, 0.0), 5.0, 3.5)

    def test_dead_data_are_left_alone(self) -> None:
        d = seismogram()
        d.kill()
        before = np.array(d.data)
        d.rotate(1.0)
        d.rotate([1.0, 0.0, 0.0])
        d.transform(np.ones((3, 3)))
        d.free_surface_transformation(SlownessVector(0.1, 0.0), 5.0, 3.5)
        assert (d.data == before).all()
        assert d.cardinal()


class TestArithmeticAndCopies:
    def test_sums(self) -> None:
        d = seismogram()
        other = Seismogram(d)
        other.t0 = 5.5
        out = d + other
        assert type(out) is Seismogram
        assert (out.data[:, :5] == d.data[:, :5]).all()
        assert np.allclose(out.data[:, 5:], d.data[:, 5:] + other.data[:, :15])
        assert type(d + _CoreSeismogram(d)) is _CoreSeismogram
        dead = Seismogram(d)
        dead.kill()
        dead += d
        assert (dead.data == d.data).all()
        dead -= d
        assert not dead.data[:].any()
        assert ((d * 2).data == d.data * 2).all()

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_pickles(self, protocol: int) -> None:
        d = seismogram()
        d.rotate(0.5)
        d.elog.log_verbose("a", "m")
        for e in (pickle.loads(pickle.dumps(d, protocol)), copy.deepcopy(d), Seismogram(d)):
            assert (e.data == d.data).all()
            assert e.data.flags.f_contiguous
            assert e.data.flags.writeable
            assert not np.shares_memory(e.data, d.data)
            assert (e.tmatrix == d.tmatrix).all()
            assert (e.cardinal(), e.orthogonal(), e.elog.size(), e.live) == (False, True, 1, True)
            assert dict(e) == dict(d)

    def test_samples(self) -> None:
        d = seismogram()
        d.data = np.arange(6).reshape(3, 2)
        assert d.data.flags.f_contiguous
        d.sync_npts()
        assert (d.npts, d["npts"]) == (2, 2)
        own = np.zeros((3, 4), order="F")
        d.adopt_data(own)
        assert np.shares_memory(own, d.data)
        d.data = np.zeros((2, 5))
        with pytest.raises(MatrixError):
            d.rotate(1.0)
        with pytest.raises(MsPASSError):
            d.data = np.zeros(5)
