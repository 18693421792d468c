"""Ensembles and their member vectors: ownership, life, common Metadata, copies and pickles of both kinds."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from libseis.mspass.seismic import (
    CoreSeismogramEnsemble,
    CoreTimeSeriesEnsemble,
    Seismogram,
    SeismogramEnsemble,
    SeismogramVector,
    TimeSeries,
    TimeSeriesEnsemble,
    TimeSeriesVector,
)
from libseis.mspass.utility import Metadata, ProcessingHistory

KINDS = [
    (TimeSeriesEnsemble, CoreTimeSeriesEnsemble, TimeSeries),
    (SeismogramEnsemble, CoreSeismogramEnsemble, Seismogram),
]


def datum(kind: Any, value: float, live: bool = True) -> Any:
    d = kind(5)
    d.data[:] = value
    d.live = live
    d["value"] = value
    return d


@pytest.mark.parametrize(("kind", "core", "member"), KINDS)
class TestEnsembles:
    def test_new_ones_are_empty_and_dead(self, kind: Any, core: Any, member: Any) -> None:
        for e in (kind(), kind(10), kind(Metadata({"a": 1}), 10), core(3)):
            assert len(e.member) == 0
            assert not e.live
            assert e.dead()
            assert isinstance(e, Metadata)
            assert not isinstance(e, ProcessingHistory)
        assert not hasattr(core(), "elog")
        for bad in (-1, 1.5, "x"):
            with pytest.raises(TypeError):
                kind(bad)

    def test_members_are_owned(self, kind: Any, core: Any, member: Any) -> None:
        e, d = kind(), datum(member, 1.0)
        e.member.append(d)
        d.data[:] = 9.0
        inside = e.member[0]
        assert inside.data[..., 0].sum() == inside.data[..., 1].sum() != 9.0
        assert e.member[0] is inside
        inside["sta"] = "AAK"
        assert e.member[-1]["sta"] == "AAK"
        outside = e[0]
        outside["sta"] = "X"
        assert e.member[0]["sta"] == "AAK"
        e.adopt(d)
        assert e.member[1] is d
        e[1] = datum(member, 3.0)
        assert e.member[1] is not d
        assert [m["value"] for m in e.member] == [1.0, 3.0]

    def test_indices(self, kind: Any, core: Any, member: Any) -> None:
        e = kind()
        e.member.extend([datum(member, float(i)) for i in range(4)])
        e["key"] = "v"
        e.set_live()
        assert e["key"] == "v"
        assert list(e) == ["key"]
        assert len(e) == 1
        with pytest.raises(TypeError):
            e[-1]
        with pytest.raises(IndexError):
            e[4]
        part = e[1:3]
        assert type(part) is kind
        assert [m["value"] for m in part.member] == [1.0, 2.0]
        assert part["key"] == "v"
        assert part.live
        assert part.member[0] is not e.member[1]
        assert [m["value"] for m in e.member[::-1]] == [3.0, 2.0, 1.0, 0.0]

    def test_life(self, kind: Any, core: Any, member: Any) -> None:
        e = kind()
        assert e.set_live() is False
        e.append(datum(member, 1.0, live=False))
        e.live = True
        assert not e.live
        e.append(datum(member, 2.0))
        assert e.validate()
        assert e.set_live() is True
        e.kill()
        assert (e.live, e.member[1].live) == (False, True)

    def test_metadata(self, kind: Any, core: Any, member: Any) -> None:
        e = kind({"a": 1, "b": 2}, 0)
        e.append(datum(member, 1.0))
        e.member[0]["a"] = 9
        e.update_metadata(Metadata({"b": 3}))
        e.sync_metadata(["a"])
        assert (e.member[0]["a"], e.member[0]["b"]) == (9, 3)
        e.sync_metadata()
        assert e.member[0]["a"] == 1
        assert type(e._get_ensemble_md()) is Metadata

    def test_only_the_right_members(self, kind: Any, core: Any, member: Any) -> None:
        e, wrong = kind(), (Seismogram if member is TimeSeries else TimeSeries)(3)
        for put in (
            e.append,
            e.adopt,
            e.member.append,
            e.member.adopt,
            lambda d: e.member.insert(0, d),
            lambda d: e.member.extend([d]),
        ):
            with pytest.raises(TypeError):
                put(wrong)
        with pytest.raises(TypeError):
            e.member = [member()]
        with pytest.raises(TypeError):
            e.member *= 2
        assert len(e.member) == 0

    def test_copies_and_pickles(self, kind: Any, core: Any, member: Any) -> None:
        e = kind({"a": 1}, 0)
        e.member.extend([datum(member, float(i), live=i > 0) for i in range(3)])
        e.set_live()
        e.elog.log_verbose("alg", "m")
        for twin in (kind(e), copy.copy(e), copy.deepcopy(e), pickle.loads(pickle.dumps(e))):
            assert type(twin) is kind
            assert (dict(twin), twin.live, twin.elog.size()) == ({"a": 1}, True, 1)
            assert [(m["value"], m.live) for m in twin.member] == [(0.0, False), (1.0, True), (2.0, True)]
            assert not np.shares_memory(twin.member[1].data, e.member[1].data)
        e.member[0]["list"] = [1]
        assert kind(e).member[0]["list"] is e.member[0]["list"]
        assert copy.deepcopy(e).member[0]["list"] is not e.member[0]["list"]
        plain = core()
        plain.append(datum(member, 1.0))
        assert not plain.live
        assert kind(plain).live

    def test_an_ensemble_built_from_one_with_live_members_is_live(self, kind: Any, core: Any, member: Any) -> None:
        e = kind()
        e.append(datum(member, 1.0, live=False))
        assert not kind(e).live
        e.append(datum(member, 2.0))
        assert not e.live and kind(e).live
        e.set_live()
        e.kill()
        assert kind(e).live and not e.live
        assert not copy.copy(e).live and not copy.deepcopy(e).live and not pickle.loads(pickle.dumps(e)).live

    def test_pickles_of_plain_ensembles(self, kind: Any, core: Any, member: Any) -> None:
        plain = core()
        plain.append(datum(member, 1.0))
        assert type(pickle.loads(pickle.dumps(plain))) is core
        with pytest.raises(TypeError):
            kind(TimeSeriesEnsemble() if kind is SeismogramEnsemble else SeismogramEnsemble())


class TestVectors:
    def test_a_vector_is_a_list_of_copies(self) -> None:
        d = datum(TimeSeries, 1.0)
        v = TimeSeriesVector([d, d])
        assert v[0] is not d
        v += [d]
        v[0:2] = [d]
        assert len(v) == 2
        assert v.pop()["value"] == 1.0
        assert len(v + v) == 2
        assert v.copy()[0] is not v[0]
        twin = pickle.loads(pickle.dumps(SeismogramVector([datum(Seismogram, 2.0)])))
        assert twin[0]["value"] == 2.0
        v.clear()
        assert not v
