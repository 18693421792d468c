"""The index of a miniSEED file (names of mspasspy.ccore.io)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.mseed import RecordTable, frame
from libseis.objects.errorlogger import ErrorLogger

__all__ = ["MseedIndex", "mseed_index"]

RATE_TOLERANCE = 1e-4


@dataclass(slots=True)
class mseed_index:
    """A block of records of one channel that follow each other in a file: SEED codes, place, samples and times.

    `foff` and `nbytes` are bytes, `samprate` is in Hz, `starttime`, `endtime` (of the last sample) and
    `last_packet_time` (start of the last record) are epoch seconds. `npts` counts what should be between the times, so
    that a block with gaps inside it has more than the samples of its records.
    """

    net: str = ""
    sta: str = ""
    loc: str = ""
    chan: str = ""
    foff: int = 0
    nbytes: int = 0
    npts: int = 0
    samprate: float = 0.0
    starttime: float = 0.0
    endtime: float = 0.0
    last_packet_time: float = 0.0


class MseedIndex(list[mseed_index]):
    """The blocks of a file, in their order."""


def _mseed_file_indexer(
    file: str | os.PathLike[str],
    segment: bool = False,
    verbose: bool = False,
    tol: float = RATE_TOLERANCE,
) -> tuple[MseedIndex, ErrorLogger]:
    """Find the blocks of one channel each in a miniSEED file; samples are not decoded.

    Parameters
    ----------
    file
        Path of the file.
    segment
        True to start a new block also where a record does not follow the one before it within half a sample.
    verbose
        MsPASS's option; it has no effect.
    tol
        Share by which rates of one block may differ.

    Returns
    -------
    tuple of MseedIndex and ErrorLogger
        The blocks, and what is wrong with the file.

    Raises
    ------
    OSError
        The file cannot be read. Its contents never raise an error.
    """
    table = frame(Path(file).read_bytes())
    log = ErrorLogger()
    for problem in table.problems:
        log.log_error("_mseed_file_indexer", problem.message, ErrorSeverity.Complaint)
    rows = np.flatnonzero(table.waveform)
    if len(rows) == 0:
        return MseedIndex(), log
    starts = np.flatnonzero(_breaks(table, rows, segment, tol))
    return MseedIndex(_entry(table, block) for block in np.split(rows, starts[1:])), log


def _breaks(table: RecordTable, rows: NDArray[np.int64], segment: bool, tol: float) -> NDArray[np.bool_]:
    """Which of these records start a block."""
    rates = np.array([float(rate.hz) for rate in table.rates])[table.rate[rows]]
    breaks = np.ones(len(rows), bool)
    breaks[1:] = table.channel[rows][1:] != table.channel[rows][:-1]
    breaks[1:] |= np.abs(rates[1:] - rates[:-1]) > tol * rates[:-1]
    if segment:
        misfit = np.abs(table.start_ns[rows][1:] - table.follow_ns[rows][:-1])
        breaks[1:] |= misfit > 0.5 * table.period_ns[rows][:-1]
    return breaks


def _entry(table: RecordTable, rows: NDArray[np.int64]) -> mseed_index:
    first, last = int(rows[0]), int(rows[-1])
    channel, rate = table.channels[table.channel[first]], float(table.rates[table.rate[first]].hz)
    begin, end = int(table.start_ns[first]), int(table.end_ns[last])
    npts = round((end - begin) * 1e-9 * rate) + 1
    starttime = begin / 1e9
    return mseed_index(
        net=channel.net,
        sta=channel.sta,
        loc=channel.loc,
        chan=channel.chan,
        foff=int(table.offset[first]),
        nbytes=int(table.offset[last] + table.length[last] - table.offset[first]),
        npts=npts,
        samprate=rate,
        starttime=starttime,
        endtime=starttime + (npts - 1) / rate,
        last_packet_time=int(table.start_ns[last]) / 1e9,
    )
