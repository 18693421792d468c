"""Unpack the records of a table, many in one call where nothing is odd, one by one where something is.

A record whose form is in doubt (byte order, encoding, place of its samples) is read only in a form that its own
frames prove, else it is left out with the reason: other numbers than the true ones never come out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymseed import MiniSEEDError, MS3TraceList

from libseis.codes import Channel
from libseis.isotime import iso
from libseis.mseed.payload import PLAIN, STEIM, Form, Unreadable, frames_agree, proved, smoother, unpack
from libseis.mseed.table import ENCODING_UNKNOWN, Bytes, Integers, Odd, RecordTable
from libseis.segments import Complaint, ComplaintKind
from libseis.segments.segment import Samples

_FRAME_CONSTANTS = 4  # bytes from the start of the first Steim frame to the first and last sample (words 1 and 2)
_DOUBTFUL = int(Odd.ORDER | Odd.PAYLOAD)
_WRONG_CHECK = "end on another sample than their own check value states; their samples are kept"
_FURTHEST = 5  # frames into a record at which samples are looked for when the header does not say where they are


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Records decoded together, and their samples; or one that could not be, and why.

    `note` says what is to be told of records that were read although something is odd, as the end of a sentence.
    """

    rows: Integers
    data: Samples | None
    complaint: Complaint | None = None
    note: tuple[ComplaintKind, str] | None = None


def unpack_rows(buffer: Bytes, table: RecordTable, rows: Integers) -> Iterator[Stretch]:
    """Decode records that follow each other in time, halving what does not work until the odd ones are alone."""
    if len(rows) == 1:
        yield _single(buffer, table, int(rows[0]))
        return
    if (table.encoding[rows] == ENCODING_UNKNOWN).all():
        for n in range(len(rows)):
            yield _single(buffer, table, int(rows[n]))
        return
    if not (table.odd[rows] & _DOUBTFUL).any() and not _like_frames(buffer, table, rows).any():
        whole = together(_bytes_of(buffer, table, rows), int(table.npts[rows].sum()))
        if whole is not None and not _fails_check(buffer, table, rows, whole).any():
            yield Stretch(rows, whole)
            return
    middle = len(rows) // 2
    yield from unpack_rows(buffer, table, rows[:middle])
    yield from unpack_rows(buffer, table, rows[middle:])


def told(table: RecordTable, stretches: Sequence[Stretch], channel: Channel) -> list[Complaint]:
    """One sentence for each thing that is odd about records that were read."""
    notes: dict[tuple[ComplaintKind, str], list[int]] = {}
    for stretch in stretches:
        if stretch.note is not None:
            notes.setdefault(stretch.note, []).append(int(table.offset[stretch.rows[0]]))
    return [
        Complaint(kind, f"{channel}: {len(places)} records, the first at byte {min(places)}, {text}.")
        for (kind, text), places in notes.items()
    ]


def _bytes_of(buffer: Bytes, table: RecordTable, rows: Integers) -> Bytes:
    """The bytes of `rows` one after the other, as libmseed takes them all; a view where they lie so in the file."""
    begin, length = table.offset[rows], table.length[rows]
    stop = begin + length
    edges = np.flatnonzero(begin[1:] != stop[:-1]) + 1
    heads, tails = begin[np.append(0, edges)], stop[np.append(edges - 1, -1)]
    pieces = [buffer[a:b] for a, b in zip(heads.tolist(), tails.tolist(), strict=True)]
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def together(records: Bytes, npts: int) -> Samples | None:
    """The samples of contiguous records of one channel in one array, or None unless libmseed agrees to all of it."""
    try:
        with MS3TraceList.from_buffer(records, unpack_data=True) as traces:
            if len(traces) == 1 and len(traces[0]) == 1 and traces[0][0].numsamples == npts:
                samples: Samples = traces[0][0].take_np_datasamples()
                return samples
    except MiniSEEDError:
        pass  # one of the records is bad; taken one by one they tell which
    return None


def _fails_check(buffer: Bytes, table: RecordTable, rows: Integers, data: Samples) -> NDArray[np.bool_]:
    """Which of the records do not end on the last sample that their first Steim frame states."""
    if int(table.encoding[rows[0]]) not in STEIM:
        return np.zeros(len(rows), bool)
    last = data[np.cumsum(table.npts[rows]) - 1]
    place = table.offset[rows] + table.payload[rows] + _FRAME_CONSTANTS + 4
    inside = place + 4 <= table.offset[rows] + table.length[rows]
    words = buffer[np.where(inside, place, 0)[:, None] + np.arange(4)]
    stated = np.where(table.big_endian[rows], words.view(">i4").reshape(-1), words.view("<i4").reshape(-1))
    wrong: NDArray[np.bool_] = inside & (last != stated)
    return wrong


def _like_frames(buffer: Bytes, table: RecordTable, rows: Integers) -> NDArray[np.bool_]:
    """Which records of plain numbers start as Steim frames do: no codes for three words, one for the next.

    As numbers these are larger than counts and smaller than reals usually are; whoever finds one looks closer.
    """
    if int(table.encoding[rows[0]]) in STEIM:
        return np.zeros(len(rows), bool)
    place = table.offset[rows] + table.payload[rows]
    inside = place + 64 <= table.offset[rows] + table.length[rows]
    words = buffer[np.where(inside, place, 0)[:, None] + np.arange(4)]
    big = table.big_endian[rows] | (table.version[rows] == 3)
    control = np.where(big, words.view(">u4").reshape(-1), words.view("<u4").reshape(-1))
    like: NDArray[np.bool_] = inside & (control >= 1 << 24) & (control < 1 << 26)
    return like


def _single(buffer: Bytes, table: RecordTable, row: int) -> Stretch:
    """One record by itself: in the form that its header states, or that its samples prove, or not at all."""
    rows = np.array([row], np.int64)
    begin, npts = int(table.offset[row]), int(table.npts[row])
    record = buffer[begin : begin + int(table.length[row])]
    odd, place = Odd(int(table.odd[row])), int(table.payload[row])
    stated = Form(int(table.encoding[row]), bool(table.big_endian[row]))
    try:
        return _as_stated(buffer, table, rows, record[place:], stated, _doubt(odd, stated, place))
    except Unreadable as error:
        reason = str(error)
    if found := _proved(record, table, row):
        return Stretch(rows, found[0], note=_settled(found[1], stated))
    if odd & Odd.ORDER and not odd & Odd.PAYLOAD and stated.encoding in PLAIN:
        try:
            big = smoother(record[place:], npts, stated.encoding)
            if big is not None:
                form = Form(stated.encoding, big)
                return Stretch(rows, unpack(record[place:], npts, form), note=_settled(form, stated))
        except Unreadable as error:
            reason = str(error)
    message = (
        f"The record at byte {begin} is left out, since its samples cannot be unpacked: {reason}. "
        f"It stands for {npts} samples from {iso(int(table.start_ns[row]), 6)}."
    )
    return Stretch(rows, None, Complaint(ComplaintKind.BAD_RECORD, message))


def _as_stated(buffer: Bytes, table: RecordTable, rows: Integers, body: Bytes, stated: Form, doubt: str) -> Stretch:
    """The record in the form that its header states. Raises Unreadable where that is not believed."""
    if doubt:
        raise Unreadable(doubt)
    npts = int(table.npts[rows[0]])
    data = unpack(body, npts, stated)
    wrong = bool(_fails_check(buffer, table, rows, data)[0])
    if (wrong or _like_frames(buffer, table, rows)[0]) and (found := _proved_in(body, table, int(rows[0]))):
        return Stretch(rows, found[0], note=_settled(found[1], stated))
    if not wrong:
        return Stretch(rows, data)
    if frames_agree(body, npts, stated):
        return Stretch(rows, data, note=(ComplaintKind.INTEGRITY, _WRONG_CHECK))
    raise Unreadable("its frames do not hold the samples that its header promises, nor end on their check value")


def _settled(form: Form, stated: Form) -> tuple[ComplaintKind, str]:
    if stated.encoding == ENCODING_UNKNOWN:
        return ComplaintKind.ASSUMED, f"state no encoding; their samples prove {form}"
    return ComplaintKind.FORM_SETTLED, f"are read as {form}, which their samples prove against their headers"


def _doubt(odd: Odd, stated: Form, place: int) -> str:
    """Why the form that the header states is not to be believed, if it is not."""
    if odd & Odd.PAYLOAD:
        return f"its header says that they start at its byte {place}, where none can be"
    if stated.encoding == ENCODING_UNKNOWN:
        return "its header states no encoding, and its samples do not prove that they are Steim-1 or Steim-2"
    if odd & Odd.ORDER:
        return "its header is written in one byte order and states the other, and its samples prove neither"
    return ""


def _proved(record: Bytes, table: RecordTable, row: int) -> tuple[Samples, Form] | None:
    """The samples and the form that the record's own frames prove, wherever they may start."""
    at = int(table.payload[row])
    places = range(64, 64 * (_FURTHEST + 1), 64) if Odd(int(table.odd[row])) & Odd.PAYLOAD else (at,)
    return next((found for at in places if (found := _proved_in(record[at:], table, row))), None)


def _proved_in(body: Bytes, table: RecordTable, row: int) -> tuple[Samples, Form] | None:
    """The samples and the form that these frames prove, if they prove one; what the header states first."""
    first = int(table.encoding[row])
    encodings = (first, *(e for e in STEIM if e != first)) if first in STEIM else STEIM
    orders = (True,) if table.version[row] == 3 else (True, False)
    for encoding in encodings:
        for big in orders:
            form = Form(encoding, big)
            if (samples := proved(body, int(table.npts[row]), form)) is not None:
                return samples, form
    return None
