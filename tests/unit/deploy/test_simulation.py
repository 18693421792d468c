"""The simulation beside what queueing theory says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.simulation.jobs import MANY, Large, divided, hours_in_days
from benchmarks.simulation.model import Costs, Deployment, simulate
from benchmarks.simulation.report import grown

COSTS = Costs(windows=3, indexer=0.001, fetcher=0.006, windower=0.06, writer=0.003, nats=0.004, database=0.008)


@pytest.mark.parametrize("replicas", [1, 2, 4])
def test_one_full_station_sets_the_rate(replicas: int) -> None:
    # each of the others could do several times as much, so that the windowers never wait
    result = simulate(COSTS, Deployment(1, replicas, replicas, replicas, cores=0.25), 400, seed=1)
    assert result.full == "windower"
    assert result.per_second == pytest.approx(3 * 0.25 * replicas / COSTS.windower, rel=0.05)


def test_a_full_database_sets_the_rate_however_many_pods_there_are() -> None:
    rates = [simulate(COSTS, divided(COSTS, pods), 4000, seed=1) for pods in (64, 128)]
    assert [one.full for one in rates] == ["database", "database"]
    for one in rates:
        assert one.per_second == pytest.approx(3 / COSTS.database, rel=0.05)


def test_processes_that_share_a_machine_get_no_more_than_it_has() -> None:
    alone = simulate(COSTS, Deployment(1, 8, 8, 8, cores=0.25), 400, seed=1)
    shared = simulate(COSTS, Deployment(1, 8, 8, 8, cores=0.25, machine=1), 400, seed=1)
    whole = sum(getattr(COSTS, name) for name in ("indexer", "fetcher", "windower", "writer", "nats", "database"))
    assert shared.per_second == pytest.approx(3 / whole, rel=0.1)
    assert alone.per_second > 1.4 * shared.per_second


def test_a_lone_task_waits_for_nobody() -> None:
    # M/D/1 without a queue: its time is the sum of its service times
    costs = replace(COSTS, read=0.5)
    result = simulate(costs, Deployment(), 1, seed=1, spread=0)
    whole = sum(
        getattr(costs, name) for name in ("indexer", "fetcher", "windower", "writer", "nats", "database", "read")
    )
    assert result.seconds == pytest.approx(whole)


def test_little_s_law_of_the_archive_s_requests() -> None:
    # so many at once, each so long: their quotient is the rate, whoever asks
    costs = replace(COSTS, read=2.0)
    result = simulate(costs, replace(divided(costs, 64), archive_requests=8), 400, seed=1)
    assert "requests of the archive" in result.all_full
    assert result.per_second == pytest.approx(3 * 8 / 2.0, rel=0.1)


def test_the_same_seed_gives_the_same_result() -> None:
    first, again, other = (simulate(COSTS, Deployment(), 200, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_remedies_help_one_after_the_other() -> None:
    found = grown(Large("test", 100_000, 2000, COSTS))
    for pods, steps in ((int(key), found[key]) for key in found if key.isdecimal()):
        rates = [step["windows_per_s"] for step in steps]
        assert rates == sorted(rates)
        assert all(sum(step["divided"]) == pods for step in steps)
    assert "windower" in found["8"][0]["full"]
    assert "database" in found["128"][0]["full"]
    assert found["128"][-1]["limits"]["shards"] > 1
    assert found["128"][-1]["windows_per_s"] > 3 * found["128"][0]["windows_per_s"]


def test_service_times_of_a_day_lie_between_those_of_one_window_and_of_many() -> None:
    names = ("indexer", "fetcher", "windower", "writer", "nats-server", "secantusd")
    tiles = dict.fromkeys(names, 5.0)
    processing = {"channels": 10, "response removed": {"seisbus_s": [24.0], "cpu_ms_per_tile": tiles}}
    one, many = dict.fromkeys(names, 3.0), dict.fromkeys(names, 3.0 / MANY)
    found = hours_in_days(processing, dict.fromkeys(names, 0.01), one, many)
    assert found["windower"] == pytest.approx(5.0 - 0.01 * 24_000 / 240)
    assert found["secantusd"] == pytest.approx(3.0 / 24)  # a message costs the same, however many windows it has
    same = hours_in_days(processing, {}, one, one)
    assert (same["secantusd"], same["windower"]) == pytest.approx((3.0, 5.0))
