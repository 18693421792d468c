"""DoubleVector and dmatrix: numpy arrays with MsPASS's extra calls, and memory that never dangles."""

from __future__ import annotations

import gc
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libseis import DoubleVector
from libseis.errors import MatrixError
from libseis.objects import dmatrix

NUMBERS = st.floats(-1e6, 1e6)


class GrowingVector(RuleBasedStateMachine):
    """A DoubleVector against a list, with views and buffers taken on the way that must keep their numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.vector = DoubleVector([1.0, 2.0, 3.0])
        self.model = [1.0, 2.0, 3.0]
        self.kept: list[Any] = []

    @rule(x=NUMBERS)
    def append(self, x: float) -> None:
        self.vector.append(x)
        self.model.append(x)

    @rule(xs=st.lists(NUMBERS, max_size=20))
    def extend(self, xs: list[float]) -> None:
        self.vector.extend(xs)
        self.model.extend(xs)

    @rule(x=NUMBERS, at=st.floats(0, 1))
    def insert(self, x: float, at: float) -> None:
        position = int(at * len(self.model))
        self.vector.insert(position, x)
        self.model.insert(position, x)

    @rule(at=st.floats(0, 0.99))
    def pop(self, at: float) -> None:
        if self.model:
            position = int(at * len(self.model))
            assert self.vector.pop(position) == self.model.pop(position)

    @rule()
    def clear(self) -> None:
        self.vector.clear()
        self.model.clear()

    @rule(n=st.integers(0, 60))
    def resize(self, n: int) -> None:
        self.vector.resize(n)
        self.model = [*self.model[:n], *([0.0] * (n - len(self.model)))]

    @rule()
    def look(self) -> None:
        self.kept += [np.asarray(self.vector), self.vector[1:], memoryview(self.vector), self.vector[::-1]]

    @invariant()
    def same(self) -> None:
        assert self.vector.tolist() == self.model
        assert len(self.vector) == len(self.model)
        for view in self.kept:
            np.asarray(view).sum()


GrowingVector.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestGrowingVector = GrowingVector.TestCase


class TestDoubleVector:
    def test_views_outlive_the_vector(self) -> None:
        v = DoubleVector(np.arange(1000.0))
        views = [np.asarray(v), v[10:], memoryview(v)]
        for i in range(5000):
            v.append(float(i))
        del v
        gc.collect()
        DoubleVector(np.full(100_000, 7.0))
        for view in views:
            assert np.asarray(view)[-1] == 999.0

    def test_made_of(self) -> None:
        assert DoubleVector(3).tolist() == [0.0] * 3
        assert DoubleVector(x for x in (1, 2)).tolist() == [1.0, 2.0]
        assert DoubleVector().tolist() == []
        for bad in ("abc", -1, np.zeros((2, 2)), None, 10**18):
            with pytest.raises((TypeError, MemoryError)):
                DoubleVector(bad)  # type: ignore[arg-type]

    def test_comparison(self) -> None:
        a = DoubleVector([1.0, 2.0])
        assert a == DoubleVector([1.0, 2.0])
        assert (a == DoubleVector([1.0, 2.0])).all()
        assert a != DoubleVector([1.0])
        assert (a == [1.0, 2.0]) is False
        assert (a == np.array([1.0, 3.0])).tolist() == [True, False]
        assert 2.0 in a
        assert a.count(1.0) == 1
        a.remove(1.0)
        assert a.tolist() == [2.0]
        with pytest.raises(ValueError, match="not in"):
            a.remove(5.0)

    def test_arithmetic_gives_vectors(self) -> None:
        a = DoubleVector([1.0, 2.0])
        for out in (a + 1, a - a, a * np.array([1, 2]), a / 2, a[0:1]):
            assert type(out) is DoubleVector
        assert pickle.loads(pickle.dumps(a)) == a

    def test_bad_calls(self) -> None:
        a = DoubleVector([1.0])
        for call in (
            lambda: a.append("x"),
            lambda: a.insert(5, 1.0),
            lambda: a.pop(3),
            lambda: a.resize(-1),
            lambda: a.resize("x"),
        ):
            with pytest.raises((TypeError, ValueError, IndexError)):
                call()  # type: ignore[no-untyped-call]
        with pytest.raises(ValueError, match="contiguous"):
            DoubleVector(np.arange(6.0))[::2].append(1.0)


class TestMatrix:
    def test_made_of(self) -> None:
        assert dmatrix().shape == (0, 0)
        assert not dmatrix(2, 3)[:].any()
        m = dmatrix([["1", "2"], ["3", "4"]])
        assert (m.rows(), m.columns(), m.size, len(m)) == (2, 2, 4, 2)
        assert m.flags.f_contiguous
        assert repr(m) == "dmatrix([[1., 2.],\n         [3., 4.]])"
        for bad in ((-1, 2), (1, 2, 3), ("x",), ([1.0, 2.0],), (10**9, 10**9)):
            with pytest.raises((TypeError, MatrixError, MemoryError, ValueError)):
                dmatrix(*bad)  # type: ignore[call-overload]

    @given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
    def test_products(self, a: int, b: int, c: int) -> None:
        x, y = np.arange(a * b, dtype=float).reshape(a, b), np.arange(b * c, dtype=float).reshape(b, c)
        product = dmatrix(x) * dmatrix(y)
        assert type(product) is dmatrix
        assert (product == x @ y).all()
        if b != c or a != b:
            with pytest.raises(MatrixError, match="size mismatch"):
                dmatrix(x) * dmatrix(np.zeros((b + 1, c)))
        with pytest.raises(MatrixError, match="size mismatch"):
            dmatrix(x) + dmatrix(np.zeros((a, b + 1)))

    def test_sums_and_views(self) -> None:
        m = dmatrix([[1, 2], [3, 4]])
        assert ((m + m) == 2 * m).all()
        assert ((m * 2) - m == m).all()
        m += np.ones((2, 2))
        m -= m
        assert not m[:].any()
        view = m[:]
        assert type(view) is np.ndarray
        view[0, 1] = 5.0
        assert m[0, 1] == 5.0
        m[1] = 7.0
        assert m.transpose().tolist() == [[0.0, 7.0], [5.0, 7.0]]
        assert type(m.sum(axis=0)) is np.ndarray
        with pytest.raises(IndexError, match="out of bounds for axis"):
            m[5, 0]
        m.zero()
        assert not m[:].any()
        with pytest.raises(TypeError):
            m.resize(3, 3)
