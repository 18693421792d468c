"""The units of samples travel: from the windower over the bus into documents, to readers, datasets and pictures."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import obspy
import pyarrow.parquet as pq
import pytest

from libseis.asdf.waveforms import read_stream
from libseis.codes import Channel
from libseis.segments import Rate, Segment
from libseis.steps import StepContext
from seisbus.bus.codec import decode_outcomes, encode_outcomes
from seisbus.client.decode import time_series_of, traces_of
from seisbus.client.plot import plot
from seisbus.client.values import Stored
from seisbus.model.handovers import ObjectRecords, OutcomeBatch, Packing, WindowOrder
from seisbus.model.kinds.export import Export
from seisbus.model.normalized import Normal
from seisbus.model.task import ObjectRef, Recipe, Window
from seisbus.windower.cutting import cut_part
from seisbus.windower.packing import Work
from seisbus.windower.processing import Chain
from seisbus.writer.documents import wf_document
from seisbus.writer.formats import About, open_draft
from seisbus.writer.waveforms import Place
from support.days import NS, Days, day_ns, pack

CODES = ("XX", "STA", "", "LHZ")
FIRST = day_ns(date(2012, 2, 28))


def windowed(steps: list[object], gaps: str = "kill") -> OutcomeBatch:
    """The outcome of a minute of counts, as a writer gets it off the bus."""
    data = pack(CODES, Fraction(1), FIRST, Days.noise(CODES, Fraction(1), date(2012, 2, 28), 1).data[:3600])
    ref = ObjectRef("days", "days/sta.ms", size=1, day_ns=FIRST, channel=Channel(*CODES))
    read = ObjectRecords(ref, "etag", (), b"".join(data), (), len(data), whole="asked")
    window = Window("job.1", Channel(*CODES), FIRST + 600 * NS, FIRST + 660 * NS, True)
    recipe = Recipe(gaps=gaps, fill="linear", pad_before_ns=60 * NS, pad_after_ns=60 * NS)
    order = WindowOrder("job", "job.0", 1, 1, 0, 1, (read,), (window,), recipe)
    work = Work(Chain(steps), StepContext()) if steps else None  # type: ignore[arg-type]
    return decode_outcomes(encode_outcomes(cut_part(order, work)))


def stored(steps: list[object]) -> Stored:
    batch = windowed(steps)
    (outcome,) = batch.outcomes
    (piece,) = outcome.pieces
    place = Place("/d", "f", 0, len(piece.data))
    document = wf_document(batch, outcome, 0, piece, place, Normal())
    return Stored(document, piece.data, piece.packing is Packing.MINISEED)


@pytest.mark.parametrize(
    ("steps", "units"),
    [
        ([], "counts"),
        (["demean"], "counts"),
        (["differentiate"], "counts/s"),
        ([{"scale": {"factor": 0.5, "units": "M/S"}}, "integrate"], "m"),
    ],
)
def test_readers_know_the_units(steps: list[object], units: str) -> None:
    item = stored(steps)
    assert item.document["units"] == units
    assert time_series_of(item)["units"] == units
    assert traces_of([item], 0, 2**62)[0].stats.units == units


def test_documents_of_older_jobs_have_no_units() -> None:
    item = stored([])
    del item.document["units"]
    assert "units" not in time_series_of(item) and "units" not in traces_of([item], 0, 2**62)[0].stats


def test_datasets_say_the_units(tmp_path: Path) -> None:
    item = stored([{"scale": {"factor": 0.5, "units": "m/s"}}])
    segment = Segment(Channel(*CODES), FIRST, Rate(1), np.arange(400.0))
    about = About(Window("j.x", Channel(*CODES), FIRST, FIRST + 86400 * NS, False), None)
    for kind in ("asdf", "sac", "parquet"):
        draft = open_draft(Export.model_validate({"format": kind, "tag": "t"}), tmp_path / kind, about)
        draft.add(item.document, segment, {})
        draft.close()
    (trace,) = read_stream(tmp_path / "asdf", "XX.STA", "observed")
    assert trace.stats.units == "m/s"
    (sac,) = obspy.read(next((tmp_path / "sac").iterdir()))
    assert (sac.stats.sac.idep, sac.stats.sac.kuser0.strip()) == (7, "m/s")  # IVEL
    assert pq.read_table(tmp_path / "parquet")["units"].to_pylist() == ["m/s"]

    import pyasdf

    with pyasdf.ASDFDataSet(tmp_path / "asdf", mode="r", mpi=False) as dataset:
        assert dataset.waveforms["XX.STA"].observed[0].stats.npts == 400


def test_a_picture_says_the_units() -> None:
    figure = plot([time_series_of(stored([]))])
    (axes,) = figure.axes
    assert axes.get_ylabel() == "Amplitude (counts)"
    assert any(text.get_text().endswith(" counts") for text in axes.texts)
