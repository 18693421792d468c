"""Replicas of the services of a machine: windowers divide its cores between them."""

from __future__ import annotations

import pytest

from seisbus.cli.stack import parse_replicas
from seisbus.local import ServiceName, services, usual_replicas


@pytest.mark.parametrize(("cores", "number", "threads"), [(1, 1, 1), (2, 2, 1), (4, 2, 2), (16, 2, 2), (16, 1, 4)])
def test_windowers_have_as_many_threads_as_cores_together(
    monkeypatch: pytest.MonkeyPatch, cores: int, number: int, threads: int
) -> None:
    monkeypatch.setattr(services, "_CORES", cores)
    monkeypatch.delenv("SEISBUS_CONCURRENCY", raising=False)
    made = [services.Replica.make(ServiceName.WINDOWER, index, number=number) for index in range(number)]
    found = {replica.environment({})["SEISBUS_CONCURRENCY"] for replica in made}
    assert found == {str(threads)}
    assert "SEISBUS_CONCURRENCY" not in services.Replica.make(ServiceName.WRITER, 0).environment({})


def test_a_number_of_threads_that_somebody_sets_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    windower = services.Replica.make(ServiceName.WINDOWER, 0)
    assert windower.environment({"SEISBUS_CONCURRENCY": "7"})["SEISBUS_CONCURRENCY"] == "7"
    monkeypatch.setenv("SEISBUS_CONCURRENCY", "5")  # which the process inherits
    assert "SEISBUS_CONCURRENCY" not in windower.environment({})


def test_up_has_two_windowers_unless_it_is_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_CORES", 2)
    assert {**usual_replicas(), **parse_replicas([])} == {"windower": 2}
    assert {**usual_replicas(), **parse_replicas(["windower=1", "writer=3"])} == {"windower": 1, "writer": 3}
    monkeypatch.setattr(services, "_CORES", 1)
    assert usual_replicas() == {}
