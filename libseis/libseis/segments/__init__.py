"""Segments (contiguous runs of samples): their clock, joining them, and cutting windows from them.

The package needs numpy alone and knows no file formats or metadata. `libseis.mseed` makes segments from records.
`libseis.segments.timeseries` converts segments to TimeSeries and back.
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
