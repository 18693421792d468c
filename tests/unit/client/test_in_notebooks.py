"""What notebooks get from the client: tables of values, names of arguments, pictures, a bar."""

from __future__ import annotations

import inspect
import sys
from dataclasses import replace
from typing import Any

import matplotlib.figure
import pytest
from matplotlib.image import imread

from libseis.codes import Channel
from seisbus.client import AsyncClient, Client, FailedJobError, Job, Progress
from seisbus.client.bar import ProgressBar, closed
from seisbus.client.plot import plot
from seisbus.client.values import Availability, DeadLetter, Reason, Stored
from seisbus.model.outcome import Fate, JobState, Ledger
from seisbus.model.shown import Listing
from support.data_objects import ensemble, time_series
from support.notebooks import execute, notebook_of

LEDGER = Ledger(240, 236, 3, 1)
PROGRESS = Progress("j1", JobState.COMPLETED, 1, LEDGER, True, 5, 1_600_000_000_000_000_000)
JOB = Job("j1", "a <title>", "window", PROGRESS, {"long": "spec"}, 1_600_000_000_000_000_000, 0, "", ("a note",))

CALLS = [
    pytest.param(kind, name, id=f"{kind.__name__}.{name}")
    for kind in (Client, AsyncClient)
    for name in dir(kind)
    if not name.startswith("_") and callable(getattr(kind, name))
]


@pytest.mark.parametrize(("kind", "name"), CALLS)
def test_every_argument_of_a_call_has_a_name(kind: type, name: str) -> None:
    call = getattr(kind, name)
    signature = inspect.signature(call)
    assert not [one for one in signature.parameters.values() if one.kind in (one.VAR_KEYWORD, one.VAR_POSITIONAL)]
    other = getattr(AsyncClient, name)
    assert list(signature.parameters) == list(inspect.signature(other).parameters)
    assert "**where" not in (call.__doc__ or "")


def test_a_query_is_completed_and_its_fields_are_described() -> None:
    assert {"net", "sta", "start", "job", "data_tag", "components"} <= set(inspect.signature(Client.read).parameters)
    assert inspect.signature(Client.read).parameters["net"].default == "*"
    assert "Network codes, with wildcards." in (Client.read.__doc__ or "")


def test_a_job_and_its_ledger_are_tables_without_zeros() -> None:
    assert repr(JOB) == "Job('j1', 'a <title>', window, completed, planned 240, saved 236, dead 3, missing 1)"
    html = JOB._repr_html_()
    assert "a &lt;title&gt;" in html and "2020-09-13 12:26:40.000 UTC" in html and "a note" in html
    assert "failed" not in html and "spec" not in html
    assert "236" in LEDGER._repr_html_() and "failed" not in LEDGER._repr_html_()
    assert "without an outcome" in Ledger(10, 5)._repr_html_()


def test_lists_are_tables_and_lists() -> None:
    rows = Listing([Availability(Channel("CI", "A", "", "BHZ"), 1_600_000_000_000_000_000, LEDGER, ("gap",))])
    assert "CI.A" in rows._repr_html_() and "2020-09-13" in rows._repr_html_()
    assert "no_data" in Listing([Reason(Fate.DEAD, "no_data", 3, "example")])._repr_html_()
    documents = Listing([{"sta": f"S{number}", "only": None} for number in range(60)])
    assert documents == list(documents) and "10 more rows" in documents._repr_html_()
    assert "0 rows" in Listing()._repr_html_()


def test_a_picture_shows_itself_at_its_size(tmp_path: Any) -> None:
    figure = plot(ensemble(time_series(100)))
    assert isinstance(figure, matplotlib.figure.Figure)
    png, size = figure._repr_png_()  # type: ignore[attr-defined]
    (tmp_path / "p.png").write_bytes(png)
    height, width = imread(tmp_path / "p.png").shape[:2]
    assert width / size["width"] == pytest.approx(150 / 96, rel=0.01)
    assert height / size["height"] == pytest.approx(150 / 96, rel=0.01)


def test_a_failed_job_is_an_error_unless_it_may_fail() -> None:
    failed = replace(JOB, progress=replace(PROGRESS, state=JobState.FAILED), error="The archive is gone.")
    with pytest.raises(FailedJobError, match=r"^Job j1 failed: The archive is gone\.$"):
        closed(failed, check=True)
    assert closed(failed, check=False) is failed
    assert closed(JOB, check=True) is JOB


def test_a_bar_is_drawn_where_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    for wanted, expected in ((True, "236"), (False, ""), (None, "")):
        with ProgressBar("jobs/j1", wanted) as bar:
            bar.show(PROGRESS)
        assert expected in capsys.readouterr().err


def test_cells_show_tables_pictures_and_the_bar() -> None:
    """In a kernel, without %matplotlib."""
    cells = [
        f"import sys; sys.path[:0] = {sys.path!r}",
        "from libseis import TimeSeriesEnsemble\n"
        "from seisbus.client.bar import ProgressBar\n"
        "from seisbus.client.plot import plot\n"
        "from seisbus.client.values import Progress\n"
        "from seisbus.model.outcome import JobState, Ledger\n"
        "from support.data_objects import ensemble, time_series\n"
        "with ProgressBar('j1', None) as bar:\n"
        "    bar.show(Progress('j1', JobState.RUNNING, 1, Ledger(240, 236), True, 5, 1))",
        "data = ensemble(time_series(100))\ndata",
        "plot(data)",
        "Ledger(240, 236)",
    ]
    notebook = notebook_of(*cells)
    execute(notebook, seconds=120)
    shown = [{kind for out in cell.outputs for kind in out.get("data", {})} for cell in notebook.cells]
    assert "application/vnd.jupyter.widget-view+json" in shown[1]
    assert [kinds & {"text/html", "image/png"} for kinds in shown[2:]] == [{"text/html"}, {"image/png"}, {"text/html"}]


def test_an_arrow_table_is_shown_by_its_first_rows() -> None:
    pa = pytest.importorskip("pyarrow", reason="the extra tables is not installed")
    from seisbus.client.arrow_shown import table_html, table_text

    times = pa.array([1_692_567_660_830_000_001] * 60, pa.timestamp("ns", tz="UTC"))
    table = pa.table({"time": times, "mag": [5.08] * 60, "empty": pa.nulls(60), "text": ["<b>"] * 60})
    html = table_html(table)
    assert table_text(table) == "Arrow table, 60 rows: time, mag, text"
    assert html.count("<tr>") == 51 and "10 more rows are not shown" in html
    assert "2023-08-20 21:41:00.830 UTC" in html and "&lt;b&gt;" in html and "empty" not in html
    assert "0 rows" in table_html(table.slice(0, 0))


def test_texts_are_short() -> None:
    """Of long lists and of values that hold bytes."""
    long = Listing(range(1000))
    assert repr(long) == "[0, 1, 2, 3, 4, … 995 more]"
    assert repr(Listing(range(3))) == "[0, 1, 2]"
    assert len(repr(Stored({"sta": "A"}, b"x" * 10_000))) < 100
    letter = DeadLetter("d", "j", "t", 0, "S", "s", "r", 11, 0, b"x" * 10_000)
    assert len(repr(letter)) < 200


def test_a_misfit_shows_its_figure() -> None:
    pytest.importorskip("pyadjoint", reason="the extra misfit is not installed")
    from libseis.misfit import Config, example

    figure = example().manager(config=Config(save_to_ds=False)).flow().plot("map")
    png, _ = figure._repr_png_()  # type: ignore[attr-defined]
    assert png.startswith(b"\x89PNG")
    # the longitude and latitude of both places are on the axes, and the event is drawn as its mechanism
    (axes,) = figure.axes
    assert {label.get_text() for label in axes.get_yticklabels()} >= {"41°S", "39°S", "37°S"}
    assert "178°E" in {label.get_text() for label in axes.get_xticklabels()}
    assert "mechanism" in {one.get_gid() for one in axes.collections}
    assert "coast" in {line.get_gid() for line in axes.lines}
