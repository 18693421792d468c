"""Two independent readings of every defect: the generator's arrays, and libseis framing, decoding and cutting."""

from __future__ import annotations

import pytest

from libseis.enums import GapFill
from libseis.mseed import decode, frame
from libseis.segments import GapPolicy, cut
from seisbus.testing import truth
from seisbus.testing.spec import ALL_DEFECTS, NS, TOHOKU, Defect
from unit.archive.made import Archive

W0, W1 = TOHOKU.time_ns + 100 * NS, TOHOKU.time_ns + 3700 * NS
HOUR = W0 - W0 % (3600 * NS)


@pytest.mark.parametrize("defect", [None, *(defect for defect in ALL_DEFECTS if defect is not Defect.MISSING)])
@pytest.mark.parametrize("policy", list(truth.Gaps))
def test_both_say_the_same(archive: Archive, defect: Defect | None, policy: truth.Gaps) -> None:
    files = [file for file in archive.manifest.files if file.defect is defect and file.channel is not None][:6]
    assert files
    for file in files:
        data = archive.read(file.key)
        joined = decode(data, frame(data))
        assert len(joined) == (0 if defect is Defect.EMPTY else 1)
        segments = [segment for channel in joined for segment in channel.segments]
        conflicts = [span for channel in joined for span in channel.conflicts]
        for start, end, inclusive in ((W0, W1, True), (HOUR, HOUR + 3600 * NS, False)):
            expected = truth.expected_window(archive.root, file.key, start, end, inclusive, policy)
            got = cut(
                segments,
                conflicts,
                start,
                end,
                inclusive_end=inclusive,
                gaps=GapPolicy(policy.value),
                fill=GapFill.ZERO,
            )
            assert (got.reason.value if got.reason else "") == expected.reason
            pieces = [(piece.t0_ns, piece.npts, truth.samples_sha256(piece.data)) for piece in got.pieces]
            assert pieces == [(piece.start_ns, piece.npts, piece.sha256) for piece in expected.pieces]
