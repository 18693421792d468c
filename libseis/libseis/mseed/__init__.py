"""Read and write miniSEED: find the records in any bytes, decode them into segments, encode segments.

pymseed (libmseed) packs and unpacks samples. This package reads headers itself, so that a damaged file gives its good
records, and one sentence for each problem. Every function can be called from several threads.
"""

from libseis.mseed.checking import difference
from libseis.mseed.decoding import decode
from libseis.mseed.encoding import encode, unit_header
from libseis.mseed.files import read, write
from libseis.mseed.framing import frame
from libseis.mseed.packing import Encoding
from libseis.mseed.table import Problem, ProblemKind, RecordTable, overlapping
from libseis.mseed.trimming import trim
from libseis.mseed.versions import convert

__all__ = [
    "Encoding",
    "Problem",
    "ProblemKind",
    "RecordTable",
    "convert",
    "decode",
    "difference",
    "encode",
    "frame",
    "overlapping",
    "read",
    "trim",
    "unit_header",
    "write",
]
