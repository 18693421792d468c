"""The collections `misfit_window`, `adjoint_source`, `synthetic` and `rejected_window`: what misfit jobs have of a
station.

What a windower measured is in `model.misfit_documents`; here is what a writer adds. `window` is the id of the station's
item in the ledger.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from bson import ObjectId

from ...model.misfit_documents import AdjointSamples, MisfitWindowFields, RejectedFields


class OfStation(TypedDict):
    """What belongs to a station of an event."""

    job: str
    window: str
    event: str
    net: str
    sta: str


class MisfitWindowDocument(MisfitWindowFields, OfStation):
    """A window that was measured."""

    _id: ObjectId


class AdjointSourceDocument(AdjointSamples, OfStation):
    """An adjoint source."""

    _id: ObjectId


class RejectedWindowDocument(RejectedFields, OfStation):
    """The rejected windows of a component, where they were asked for."""

    _id: ObjectId
    attempt: int


class SyntheticFields(TypedDict):
    """A synthetic waveform that a station was compared with."""

    loc: str
    chan: str
    starttime: float  # s since 1970
    t0_ns: int
    rate: tuple[int, int]  # Hz as [numerator, denominator]
    npts: int
    samples: bytes  # little-endian float64
    units: NotRequired[str]


class SyntheticDocument(SyntheticFields, OfStation):
    """The same in the database."""

    _id: ObjectId
    attempt: int
