"""The beginning of a datum's history: the objects that its records came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from libseis import ProcessingHistory
from libseis.enums import AtomicType

from ..model.handovers import Piece, SeismogramPiece, Source
from ..model.ids import job_of
from ..model.task import Recipe, Window

P = TypeVar("P", Piece, SeismogramPiece)

PROGRAM = "seisbus"
READER = "seisbus.fetcher"
CUTTER = "seisbus.windower"


def origin_of(window: Window, sources: Sequence[Source], recipe: Recipe) -> ProcessingHistory | None:
    """The history of a datum that was cut out of records and is not processed yet; None if the job does not keep
    histories.

    Its inputs are raw data: the objects. The uuid of an object is archive/key, and its version names the run of the
    reader. The window names the run of the cutter.
    """
    if not recipe.history:
        return None
    job, inputs = job_of(window.id), []
    for source in sources:
        raw = ProcessingHistory(PROGRAM, job)
        raw.set_as_raw(READER, source.etag, f"{source.archive}/{source.key}", AtomicType.TIMESERIES)
        inputs.append(raw)
    history = ProcessingHistory(PROGRAM, job)
    kind = AtomicType.TIMESERIES if recipe.components == 1 else AtomicType.SEISMOGRAM
    history.new_ensemble_process(CUTTER, window.id, kind, inputs)
    return history


def with_origin(pieces: tuple[P, ...], window: Window, sources: Sequence[Source], recipe: Recipe) -> tuple[P, ...]:
    """Unprocessed pieces, with their history if the job keeps it."""
    if not recipe.history:
        return pieces
    return tuple(replace(piece, history=origin_of(window, sources, recipe)) for piece in pieces)
