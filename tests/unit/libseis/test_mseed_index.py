"""The index of miniSEED files under MsPASS's name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from obspy import Stream, Trace, UTCDateTime, read

from libseis.mspass.io import MseedIndex, _mseed_file_indexer

START = UTCDateTime(1_610_000_000)


def trace(offset: float, npts: int = 4, channel: str = "BHZ", rate: float = 20.0) -> Trace:
    header = {"network": "XX", "station": "GAP", "location": "00", "channel": channel, "sampling_rate": rate}
    return Trace(np.arange(npts, dtype=np.int32), header | {"starttime": START + offset})


def write(path: Path, *traces: Trace, reclen: int = 256) -> str:
    Stream(list(traces)).write(str(path), format="MSEED", reclen=reclen)
    return str(path)


def test_a_gap_is_inside_its_block_unless_asked(tmp_path: Path) -> None:
    path = write(tmp_path / "x", trace(0.0), trace(7 / 20.0))
    (block,), log = _mseed_file_indexer(path)
    assert log.size() == 0 and (block.net, block.sta, block.loc, block.chan) == ("XX", "GAP", "00", "BHZ")
    assert (block.npts, block.foff, block.nbytes, block.samprate) == (11, 0, 512, 20.0)
    assert block.endtime == block.starttime + 10 / 20.0 and block.last_packet_time == pytest.approx(
        block.starttime + 7 / 20.0
    )
    merged = read(path).merge(fill_value=0)[0]
    assert merged.stats.npts == block.npts and merged.stats.endtime.timestamp == pytest.approx(block.endtime)
    apart, _ = _mseed_file_indexer(path, True)
    assert isinstance(apart, MseedIndex) and [(b.npts, b.foff, b.nbytes) for b in apart] == [(4, 0, 256), (4, 256, 256)]


def test_channels_and_rates_are_blocks_of_their_own(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x", trace(0.0, 3000), trace(0.0, 50, "BHN"), trace(2.5, 50, "BHN", 40.0), trace(0.0, 9, "BHE")
    )
    blocks, _ = _mseed_file_indexer(path, segment=True)
    assert [(b.chan, b.npts, b.samprate) for b in blocks] == [
        ("BHZ", 3000, 20.0), ("BHN", 50, 20.0), ("BHN", 50, 40.0), ("BHE", 9, 20.0)
    ]  # fmt: skip
    whole = Path(path).read_bytes()
    assert sum(b.nbytes for b in blocks) == len(whole)
    for block in blocks:  # the bytes of a block are the block
        part = tmp_path / "part"
        part.write_bytes(whole[block.foff : block.foff + block.nbytes])
        (found,) = read(str(part)).merge()
        assert (found.stats.npts, found.stats.starttime.timestamp) == (block.npts, block.starttime)


def test_what_is_wrong_with_a_file_is_told(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "x", trace(0.0)))
    path.write_bytes(path.read_bytes() + b"rubbish" * 30)
    blocks, log = _mseed_file_indexer(path)
    assert len(blocks) == 1 and "do not belong" in log.get_error_log()[0].message
    path.write_bytes(b"")
    assert _mseed_file_indexer(path)[0] == []
    with pytest.raises(FileNotFoundError):
        _mseed_file_indexer(tmp_path / "absent")
