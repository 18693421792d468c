"""Unpack the records of a table: many in one call if nothing is odd, else one by one.

`steim` unpacks Steim frames that are right in every respect, and libmseed all others.
If the form of a record (byte order, encoding, place of its samples) is in doubt, it is read only in a form that its
frames prove. Otherwise it is left out and the reason is given, so that no wrong samples are returned.
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
from libseis.mseed.steim import unpack as unpack_steim
from libseis.mseed.table import ENCODING_UNKNOWN, Bytes, Integers, Odd, RecordTable
from libseis.segments import Complaint, ComplaintKind
from libseis.segments.segment import Samples

_FRAME_CONSTANTS = 4  # bytes from the start of the first Steim frame to the first and last sample (words 1 and 2)
_DOUBTFUL = int(Odd.ORDER | Odd.PAYLOAD)
_WRONG_CHECK = "end on another sample than their own check value states; their samples are kept"
_FURTHEST = 5  # frames into a record, up to which samples are searched for if the header does not state their place


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Records that were decoded together and their samples; or one record that could not be decoded, and why.

    `note` is the end of a sentence about records that were read although something is odd.
    """

    rows: Integers
    data: Samples | None
    complaint: Complaint | None = None
    note: tuple[ComplaintKind, str] | None = None


def unpack_rows(buffer: Bytes, table: RecordTable, rows: Integers) -> Iterator[Stretch]:
    """Decode consecutive records; if a call fails, halve the records until the odd ones are alone."""
    doubtful = not table.plain and bool((table.odd[rows] & _DOUBTFUL).any())
    if not doubtful and (samples := _plain(buffer, table, rows)) is not None:
        yield Stretch(rows, samples)
        return
    if len(rows) == 1:
        yield _single(buffer, table, int(rows[0]))
        return
    if (table.encoding[rows] == ENCODING_UNKNOWN).all():
        for n in range(len(rows)):
            yield _single(buffer, table, int(rows[n]))
        return
    if not doubtful and not _like_frames(buffer, table, rows).any():
        whole = together(_bytes_of(buffer, table, rows), int(table.npts[rows].sum()))
        if whole is not None and not _fails_check(buffer, table, rows, whole).any():
            yield Stretch(rows, whole)
            return
    middle = len(rows) // 2
    yield from unpack_rows(buffer, table, rows[:middle])
    yield from unpack_rows(buffer, table, rows[middle:])


def _plain(buffer: Bytes, table: RecordTable, rows: Integers) -> Samples | None:
    """The samples of Steim records of one encoding that are right in every respect; None for others."""
    encoding = int(table.encoding[rows[0]])
    if encoding not in STEIM or not table.big_endian[rows].all():
        return None
    begin = table.offset[rows]
    return unpack_steim(
        buffer, begin + table.payload[rows], begin + table.length[rows], table.npts[rows], encoding == STEIM[1]
    )


def told(table: RecordTable, stretches: Sequence[Stretch], channel: Channel) -> list[Complaint]:
    """One sentence for each oddity of records that were read."""
    notes: dict[tuple[ComplaintKind, str], list[int]] = {}
    for stretch in stretches:
        if stretch.note is not None:
            notes.setdefault(stretch.note, []).append(int(table.offset[stretch.rows[0]]))
    return [
        Complaint(kind, f"{channel}: {len(places)} records, the first at byte {min(places)}, {text}.")
        for (kind, text), places in notes.items()
    ]


def _bytes_of(buffer: Bytes, table: RecordTable, rows: Integers) -> Bytes:
    """The bytes of `rows` without spaces between them, for libmseed; a view if they are adjacent in the file."""
    begin, length = table.offset[rows], table.length[rows]
    stop = begin + length
    edges = np.flatnonzero(begin[1:] != stop[:-1]) + 1
    heads, tails = begin[np.append(0, edges)], stop[np.append(edges - 1, -1)]
    pieces = [buffer[a:b] for a, b in zip(heads.tolist(), tails.tolist(), strict=True)]
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def together(records: Bytes, npts: int) -> Samples | None:
    """The samples of contiguous records of one channel in one array; None if libmseed refuses any of them."""
    try:
        with MS3TraceList.from_buffer(records, unpack_data=True) as traces:
            if len(traces) == 1 and len(traces[0]) == 1 and traces[0][0].numsamples == npts:
                samples: Samples = traces[0][0].take_np_datasamples()
                return samples
    except MiniSEEDError:
        pass  # a record is bad; the caller finds it by reading them one by one
    return None


def _fails_check(buffer: Bytes, table: RecordTable, rows: Integers, data: Samples) -> NDArray[np.bool_]:
    """Mask of the records that do not end with the last sample that their first Steim frame states."""
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
    """Mask of the records of plain numbers that start like Steim frames: no codes for three words, one for the next.

    As a number, such a start is larger than usual counts and smaller than usual reals; callers must check further.
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
    """Decode one record: in the form that its header states, else in the form that its samples prove, else not."""
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
    """Decode a record in the form that its header states. Raises Unreadable if this form is not plausible."""
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
    """Why the form that the header states is not plausible; "" if it is."""
    if odd & Odd.PAYLOAD:
        return f"its header says that they start at its byte {place}, where none can be"
    if stated.encoding == ENCODING_UNKNOWN:
        return "its header states no encoding, and its samples do not prove that they are Steim-1 or Steim-2"
    if odd & Odd.ORDER:
        return "its header is written in one byte order and states the other, and its samples prove neither"
    return ""


def _proved(record: Bytes, table: RecordTable, row: int) -> tuple[Samples, Form] | None:
    """The samples and the form that the frames of a record prove, for any start of the frames."""
    at = int(table.payload[row])
    places = range(64, 64 * (_FURTHEST + 1), 64) if Odd(int(table.odd[row])) & Odd.PAYLOAD else (at,)
    return next((found for at in places if (found := _proved_in(record[at:], table, row))), None)


def _proved_in(body: Bytes, table: RecordTable, row: int) -> tuple[Samples, Form] | None:
    """The samples and the form that these frames prove, if any; the form that the header states is tried first."""
    first = int(table.encoding[row])
    encodings = (first, *(e for e in STEIM if e != first)) if first in STEIM else STEIM
    orders = (True,) if table.version[row] == 3 else (True, False)
    for encoding in encodings:
        for big in orders:
            form = Form(encoding, big)
            if (samples := proved(body, int(table.npts[row]), form)) is not None:
                return samples, form
    return None
