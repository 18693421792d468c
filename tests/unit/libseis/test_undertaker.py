"""Undertaker: every dead datum is written once, live ones never; documents, mummies and ashes."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from libseis.mspass.seismic import Seismogram, TimeSeries
from libseis.mspass.undertaker import Undertaker
from libseis.mspass.utility import ErrorSeverity, Metadata, ProcessingHistory
from support.data_objects import ensemble, messages, seismogram, time_series

MAKERS = [time_series, seismogram]


class Inserted:
    def __init__(self, inserted_id: str) -> None:
        self.inserted_id = inserted_id


class Collection:
    """Documents in a list, ids as a server would give them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.documents: list[dict[str, Any]] = []

    def insert_one(self, document: dict[str, Any]) -> Inserted:
        self.documents.append(document)
        return Inserted(f"{self.name}-{len(self.documents)}")


class Database:
    def __init__(self) -> None:
        self.collections: dict[str, Collection] = {}

    def __getitem__(self, name: str) -> Collection:
        return self.collections.setdefault(name, Collection(name))

    get_collection = __getitem__

    def documents(self, name: str) -> list[dict[str, Any]]:
        return self[name].documents


@pytest.fixture
def db() -> Database:
    return Database()


@pytest.fixture
def undertaker(db: Database) -> Undertaker:
    return Undertaker(db, data_tag="test")


def dead(make, **values):  # type: ignore[no-untyped-def]
    d = make(**({"is_abortion": False} | values))
    d.elog.log_error("filter", "bad corner", ErrorSeverity.Invalid)
    d.kill()
    return d


@pytest.mark.parametrize("make", MAKERS)
def test_a_burial(db, undertaker, make) -> None:  # type: ignore[no-untyped-def]
    d = dead(make, array=np.arange(3), odd=object(), number=np.float64(2.5), nested={"a": (1, 2)})
    assert undertaker.bury(d, save_history=True) is d
    assert d["cemetery_id"] == "cemetery-1" and d.npts == 0 and d.elog.size() == 0
    (document,) = db.documents("cemetery")
    assert document["data_tag"] == "test"
    assert document["logdata"] == [
        {
            "job_id": 0,
            "algorithm": "filter",
            "badness": "ErrorSeverity.Invalid",
            "error_message": "bad corner",
            "process_id": document["logdata"][0]["process_id"],
        }
    ]
    stone = document["tombstone"]
    assert (stone["sta"], stone["array"], stone["number"], stone["nested"]) == ("TEST", [0, 1, 2], 2.5, {"a": [1, 2]})
    assert stone["odd"].startswith("<object")
    (history,) = db.documents("history_object")
    assert history["alg_name"] == "Undertaker.bury"
    assert pickle.loads(history["processing_history"]).id() == d.id()
    live = make()
    assert undertaker.bury(live) is live and len(db.documents("cemetery")) == 1
    kept = undertaker.bury(dead(make), mummify_atomic_data=False)
    assert kept.npts == 100 and messages(kept) == ["bad corner"]


class Writers:
    """A database that writes logs and histories itself, by the signatures of mspasspy's Database."""

    def __init__(self) -> None:
        self.logs: list[tuple[Any, ...]] = []
        self.histories: list[tuple[Any, ...]] = []

    def get_collection(self, name: str) -> None:
        raise AssertionError(f"collection {name} is the database's own business")

    def _save_elog(self, d, elog_id=None, collection=None, create_tombstone=True, data_tag=None):  # type: ignore[no-untyped-def]
        self.logs.append((d["number"], collection, data_tag, d.elog.size()))
        return f"document-{len(self.logs)}"

    def _save_history(self, d, alg_name=None, alg_id=None, collection=None):  # type: ignore[no-untyped-def]
        self.histories.append((d["number"], alg_name))


@pytest.mark.parametrize("make", MAKERS)
def test_a_database_with_its_own_writers_writes(make) -> None:  # type: ignore[no-untyped-def]
    db = Writers()
    members = [make(number=number, is_abortion=False) for number in range(4)]
    for member in members[1::2]:
        member.elog.log_error("test", "broken", ErrorSeverity.Invalid)
        member.kill()
    live, bodies = Undertaker(db, data_tag="test").bring_out_your_dead(  # type: ignore[arg-type]
        ensemble(*members), bury=True, save_history=True
    )
    assert db.logs == [(number, "cemetery", "test", 1) for number in (1, 3)]
    assert db.histories == [(number, "Undertaker.bury") for number in (1, 3)]
    assert [member["cemetery_id"] for member in bodies.member] == ["document-1", "document-2"]
    assert [member["number"] for member in live.member] == [0, 2]


@pytest.mark.parametrize("make", MAKERS)
def test_abortions_go_elsewhere(db, undertaker, make) -> None:  # type: ignore[no-untyped-def]
    undertaker.bury(dead(make, is_abortion=True))
    assert db.documents("cemetery") == []
    (document,) = db.documents("abortions")
    assert document["type"] == str(type(make()))
    assert document["logdata"][0]["error_message"] == "bad corner" and document["tombstone"]["sta"] == "TEST"
    undertaker.handle_abortion({"a": 1})
    undertaker.handle_abortion(Metadata({"b": 2}), type="TimeSeries")
    assert [(d["type"], d["tombstone"]) for d in db.documents("abortions")[1:]] == [
        ("unknown", {"a": 1}),
        ("TimeSeries", {"b": 2}),
    ]
    assert all("logdata" not in d for d in db.documents("abortions")[1:])
    unsaid = dead(make)
    unsaid.erase("is_abortion")
    assert undertaker._is_abortion(unsaid) is False
    assert unsaid.elog.get_error_log()[-1].badness == ErrorSeverity.Complaint
    assert undertaker._is_abortion(make()) is False


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_dead_member_is_buried_once(db, undertaker, make, count) -> None:  # type: ignore[no-untyped-def]
    members = [dead(make, n=i) if i < count else make(n=i) for i in range(4)]
    e = ensemble(*members, event=7)
    out = undertaker.bury(e)
    assert out is not e and out.live and out["event"] == 7
    assert [d["n"] for d in out.member] == list(range(count, 4))
    assert [d["tombstone"]["n"] for d in db.documents("cemetery")] == list(range(count))
    assert [d.npts for d in e.member] == [0] * count + [100] * (4 - count)
    alive, bodies = undertaker.bring_out_your_dead(ensemble(*members), bury=True)
    assert len(db.documents("cemetery")) == 2 * count
    assert [d["n"] for d in alive.member] == list(range(count, 4)) and alive.live
    assert [d["n"] for d in bodies.member] == list(range(count)) and bodies.dead()


@pytest.mark.parametrize("make", MAKERS)
def test_a_dead_ensemble_takes_its_members_along(db, undertaker, make) -> None:  # type: ignore[no-untyped-def]
    def build():  # type: ignore[no-untyped-def]
        e = ensemble(make(is_abortion=False), make(is_abortion=True))
        e.kill()
        return e

    out = undertaker.bury(build())
    assert out.dead() and len(out.member) == 0
    assert (len(db.documents("cemetery")), len(db.documents("abortions"))) == (1, 1)
    assert len(undertaker.cremate(build()).member) == 0
    assert (len(db.documents("cemetery")), len(db.documents("abortions"))) == (1, 2)
    assert all(d.dead() and d.npts == 0 for d in undertaker.mummify(build()).member)
    alive, bodies = undertaker.bring_out_your_dead(build())
    assert (len(alive.member), len(bodies.member)) == (0, 2)


@pytest.mark.parametrize("make", MAKERS)
def test_cremation_leaves_nothing(db, undertaker, make) -> None:  # type: ignore[no-untyped-def]
    live = make()
    assert undertaker.cremate(live) is live
    ashes = undertaker.cremate(dead(make))
    assert type(ashes) is type(live) and ashes.npts == 0 and ashes.dead() and not ashes.is_defined("sta")
    out = undertaker.cremate(ensemble(make(), dead(make)))
    assert len(out.member) == 1 and out.live
    assert db.collections == {}


@pytest.mark.parametrize("make", MAKERS)
def test_mummies(undertaker, make) -> None:  # type: ignore[no-untyped-def]
    d = dead(make)
    assert undertaker.mummify(d, post_history=True) is d
    assert d.npts == 0 and d.elog.size() == 0 and d.is_empty()
    assert d["error_log"][0]["error_message"] == "bad corner"
    assert isinstance(pickle.loads(d["processing_history"]), ProcessingHistory)
    kept = undertaker.mummify(dead(make), post_elog=False)
    assert kept.elog.size() == 1 and not kept.is_empty()
    live = make()
    assert undertaker.mummify(live).npts == 100
    assert [m.npts for m in undertaker.mummify(ensemble(make(), dead(make))).member] == [100, 0]


def test_wrong_types(db: Database, undertaker: Undertaker) -> None:
    with pytest.raises(TypeError):
        Undertaker("no database")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Undertaker(db, data_tag=3)  # type: ignore[arg-type]
    assert Undertaker(db).data_tag is None
    for call in (
        undertaker.bury,
        undertaker.cremate,
        undertaker.mummify,
        undertaker.bring_out_your_dead,
        undertaker.handle_abortion,
        undertaker._is_abortion,
    ):
        with pytest.raises(TypeError):
            call("text")  # type: ignore[operator]
    with pytest.raises(TypeError):
        undertaker.bring_out_your_dead(TimeSeries())  # type: ignore[arg-type]
    with pytest.deprecated_call():
        assert undertaker.bury_the_dead(Seismogram()).dead()
