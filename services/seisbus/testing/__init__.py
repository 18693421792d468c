"""Archives to test readers with: S3-shaped folders of day files whose right answers no reader had a hand in.

`make_archive` writes one from an ArchiveSpec, `truth_segments` says which samples each object holds, `expected_window`
what a window must come to. docs/testing_readers.md shows their use. Serving the folder over S3 is left to others, such
as seisbus.local.
"""

from .make import make_archive
from .manifest import DayFile, EventFile, Manifest, read_manifest
from .spec import ALL_DEFECTS, ENZ, ArchiveSpec, ArchiveSpecError, Axis, Defect, Mount, Quake, RateShare
from .truth import ExpectedPiece, ExpectedWindow, Gaps, TruthSegment, expected_window, truth_segments

__all__ = [
    "ALL_DEFECTS",
    "ENZ",
    "ArchiveSpec",
    "ArchiveSpecError",
    "Axis",
    "DayFile",
    "Defect",
    "EventFile",
    "ExpectedPiece",
    "ExpectedWindow",
    "Gaps",
    "Manifest",
    "Mount",
    "Quake",
    "RateShare",
    "TruthSegment",
    "expected_window",
    "make_archive",
    "read_manifest",
    "truth_segments",
]
