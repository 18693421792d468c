"""Make archives to test readers: folders of day files as in S3, with right answers that no reader computed.

`make_archive` writes an archive from an ArchiveSpec. `truth_segments` gives the samples of an object, and
`expected_window` the right result for a window. docs/howto/testing_readers.md shows their use. Other programs, such as
seisbus.local, serve the folder over S3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from libseis.late import late

if TYPE_CHECKING:
    from .make import make_archive
    from .manifest import DayFile, EventFile, Manifest, read_manifest
    from .spec import ALL_DEFECTS, ENZ, ArchiveSpec, ArchiveSpecError, Axis, Defect, Mount, Quake, RateShare
    from .truth import ExpectedPiece, ExpectedWindow, Gaps, TruthSegment, expected_window, truth_segments
else:
    # imported only when used: every command loads this package, but few make archives
    __getattr__ = late(
        __name__,
        {
            ".make": ("make_archive",),
            ".manifest": ("DayFile", "EventFile", "Manifest", "read_manifest"),
            ".spec": (
                "ALL_DEFECTS",
                "ENZ",
                "ArchiveSpec",
                "ArchiveSpecError",
                "Axis",
                "Defect",
                "Mount",
                "Quake",
                "RateShare",
            ),
            ".truth": ("ExpectedPiece", "ExpectedWindow", "Gaps", "TruthSegment", "expected_window", "truth_segments"),
        },
    )


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


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
