"""Stacks: sums of two data, in place, as reduce operations need them."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from libseis.mspass.reduce import stack
from support.data_objects import ensemble, seismogram, time_series


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_data_are_added_where_they_overlap(make: Any) -> None:
    a, b = make(10, dt=1.0), make(10, dt=1.0)
    b.t0 = a.t0 + 3.0
    want = np.array(a.data)
    want[..., 3:] += np.asarray(b.data)[..., :7]
    assert stack(a, b) is a
    np.testing.assert_array_equal(a.data, want)


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_ensembles_are_added_member_by_member(make: Any) -> None:
    a, b = ensemble(make(), make()), ensemble(make(), make())
    b.member[1].kill()
    first = 2.0 * np.array(a.member[0].data)
    second = np.array(a.member[1].data)
    assert stack(a, b) is a
    np.testing.assert_array_equal(a.member[0].data, first)
    np.testing.assert_array_equal(a.member[1].data, second)


def test_a_list_is_reduced_and_has_its_history() -> None:
    data = [time_series() for _ in range(4)]
    want = 4.0 * np.array(data[0].data)
    total = functools.reduce(lambda a, b: stack(a, b, object_history=True, alg_id="3"), data)
    np.testing.assert_allclose(total.data, want)
    dead = time_series()
    dead.kill()
    assert stack(dead, total) is total


@pytest.mark.parametrize("kind", [IndexError, TypeError])
def test_ensembles_of_different_sizes_are_a_wrong_call(kind: type[Exception]) -> None:
    a, b = ensemble(time_series(), time_series()), ensemble(time_series())
    with pytest.raises(kind, match="data1 and data2 have different sizes of member"):
        stack(a, b)
    assert a.live and a.elog.size() == 0
