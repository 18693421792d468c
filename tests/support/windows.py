"""Helpers for tests of day edges and tiles: windows of job files, and the right samples of a tile or window."""

from __future__ import annotations

import hashlib
from datetime import date
from itertools import pairwise

import numpy as np

from support.days import DAY_NS, NS, Counts, Days, day_ns
from support.stored import PlainJob, PlainPiece


def sha256(data: Counts) -> str:
    """The hash of samples as float64."""
    return hashlib.sha256(np.ascontiguousarray(data, "<f8").tobytes()).hexdigest()


def later(day: date, days: int) -> date:
    """So many days after a day."""
    return date.fromordinal(day.toordinal() + days)


def tile(first: date, days: int, length: str, **more: str) -> dict[str, object]:
    """The windows of a job: tiles over whole days."""
    return {"tile": {"start": first.isoformat(), "end": later(first, days).isoformat(), "length": length, **more}}


def absolute(*spans: tuple[int, int]) -> dict[str, object]:
    """The windows of a job: spans in ns, written as seconds."""
    return {"absolute": [{"start": start / NS, "end": end / NS} for start, end in spans]}


def piece_of(stored: PlainJob, channel: str, start_ns: int) -> PlainPiece:
    (outcome,) = (o for o in stored.by_channel[channel] if o["start_ns"] == start_ns)
    (piece,) = stored.pieces_of(outcome["_id"])
    return piece


def assert_partition(days: Days, stored: PlainJob, first: date, count: int, length_ns: int) -> None:
    """Assert that every tile is saved with exactly its samples, so that all tiles together have the samples of the
    days."""
    start = day_ns(first)
    edges = [start + k * length_ns for k in range(count * DAY_NS // length_ns + 1)]
    at = 0
    for begin, end in pairwise(edges):
        index, data = days.between(begin, end, inclusive=False)
        assert index == at  # check also that the expected tiles have every sample once
        at += len(data)
        piece = piece_of(stored, days.channel, begin)
        assert (piece.document["t0_ns"], piece.npts, piece.sha256) == (days.time_ns(index), len(data), sha256(data))
    assert at == len(days.data)
    mine = [piece for piece in stored.pieces if piece.document["chan"] == days.codes[3]]
    assert sum(piece.npts for piece in mine) == len(days.data)
    assert len(mine) == len(edges) - 1
