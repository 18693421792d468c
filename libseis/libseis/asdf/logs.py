"""Read and write error logs of waveforms: /AuxiliaryData/ErrorLogs/NET_STA/NET_STA_LOC_CHA_<start in ns>_<tag>.

An array uint8[n] is a JSON list of sentences in UTF-8. Its attributes channel_id, starttime (int64, ns since 1970) and
tag are the same as for the waveform. ASDF has no place for error logs, but pyasdf can read auxiliary data.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import replace_array
from .handle import DatasetLike, opened
from .records import text

GROUP = "ErrorLogs"


@dataclass(frozen=True, slots=True)
class WaveformLog:
    """The error log of one waveform, with its channel (NET.STA.LOC.CHA), first sample (ns since 1970) and tag."""

    channel_id: str
    start_ns: int
    tag: str
    sentences: tuple[str, ...]


def write_log(dataset: DatasetLike, log: WaveformLog) -> None:
    """Store the error log of a waveform, after the sentences that are already stored.

    Parameters
    ----------
    dataset
        The dataset.
    log
        The sentences; nothing is stored if there are none.
    """
    if not log.sentences:
        return
    net, sta, loc, chan = log.channel_id.split(".")
    with opened(dataset, "a") as file:
        group = file["AuxiliaryData"].require_group(f"{GROUP}/{net}_{sta}")
        name = f"{net}_{sta}_{loc}_{chan}_{log.start_ns}_{log.tag}"
        known = json.loads(group[name][()].tobytes()) if name in group else []
        data = json.dumps(list(dict.fromkeys([*known, *log.sentences])), ensure_ascii=False).encode()
        attributes = {"channel_id": log.channel_id, "starttime": np.int64(log.start_ns), "tag": log.tag}
        replace_array(group, name, np.frombuffer(data, np.uint8), attributes)


def read_logs(dataset: DatasetLike, code: str) -> Sequence[WaveformLog]:
    """Read the error logs of a station's waveforms.

    Parameters
    ----------
    dataset
        The dataset.
    code
        Network and station code, such as NZ.BFZ.

    Returns
    -------
    Sequence[WaveformLog]
        The logs in order of channel and time; empty if there are none.
    """
    with opened(dataset) as file:
        group = file.get(f"AuxiliaryData/{GROUP}/{code.replace('.', '_')}")
        found = [
            WaveformLog(
                text(stored.attrs["channel_id"]),
                int(stored.attrs["starttime"]),
                text(stored.attrs["tag"]),
                tuple(json.loads(stored[()].tobytes())),
            )
            for stored in (group.values() if group is not None else ())
        ]
    return sorted(found, key=lambda log: (log.channel_id, log.start_ns, log.tag))
