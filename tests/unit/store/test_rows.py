"""Long lists of documents are kept as bytes, and lists of older versions are read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seisbus.app.picks import pick_rows, picks_of_rows
from seisbus.model.marks import Pick, StationPick
from seisbus.store.rows import kept_rows, rows_of

cells = st.one_of(st.none(), st.text(max_size=8), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
rows = st.tuples(cells, cells)


@given(st.lists(rows, min_size=1, max_size=5), st.integers(1, 120))
def test_rows_come_back_as_they_were(some: list[tuple[object, object]], times: int) -> None:
    many = some * times
    assert rows_of(kept_rows(many)) == many
    assert isinstance(kept_rows(many), bytes) is (len(many) > 100)


def test_picks_come_back_from_either_form() -> None:
    picks = [
        StationPick(
            Pick("P", 1_300_000_000_000_000_001 + n, f"id{n}", n / 7 if n % 2 else None, ""),
            "CI",
            "PASC",
            "",
            "BH",
            "é",
        )
        for n in range(101)
    ]
    kept = pick_rows(picks)
    assert isinstance(kept, bytes)
    assert picks_of_rows(kept) == picks
    older = [[*row] for row in rows_of(kept)]  # as a database gives a list
    assert picks_of_rows(older) == picks  # type: ignore[arg-type]
