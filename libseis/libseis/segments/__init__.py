"""Contiguous runs of samples: their clock, how they join, how windows are cut from them.

Pure numpy; no file format, no data object and no metadata. `libseis.mseed` makes segments from records,
`libseis.obspy.converter` makes `TimeSeries` from segments.
"""

from libseis.segments.cut import Cut, CutReason, GapPolicy, cut
from libseis.segments.join import Joined, Overlap, Rows, join, join_rows, merge
from libseis.segments.rate import Rate
from libseis.segments.segment import Complaint, ComplaintKind, Segment
from libseis.segments.span import Span
from libseis.segments.times import RecordTimes

__all__ = [
    "Complaint",
    "ComplaintKind",
    "Cut",
    "CutReason",
    "GapPolicy",
    "Joined",
    "Overlap",
    "Rate",
    "RecordTimes",
    "Rows",
    "Segment",
    "Span",
    "cut",
    "join",
    "join_rows",
    "merge",
]
