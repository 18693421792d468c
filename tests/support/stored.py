"""Read a job's stored data as values for comparison, in a process that does not use Seisbus."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

_SCRIPT = Path(__file__).resolve().parents[1] / "system" / "plain_reader.py"


@dataclass(frozen=True, slots=True)
class PlainPiece:
    """One wf document with the hash of its samples as float64. `start_ns` and `rate` come from its bytes; None for raw
    samples."""

    document: dict[str, Any]
    npts: int
    sha256: str
    start_ns: int | None
    rate: float | None = None


@dataclass(frozen=True)
class PlainJob:
    """Everything that a job left: windows planned, outcomes, cemetery and elog documents, and pieces."""

    planned: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    buried: list[dict[str, Any]]
    logs: list[dict[str, Any]]
    pieces: list[PlainPiece]

    @cached_property
    def by_channel(self) -> dict[str, list[dict[str, Any]]]:
        """Outcomes of each channel of the plan (NET.STA.LOC.CHAN), by start."""
        found = defaultdict(list)
        for outcome in sorted(self.outcomes, key=lambda o: int(o["start_ns"])):
            found[str(outcome["channel"])].append(outcome)
        return dict(found)

    @cached_property
    def _pieces(self) -> dict[str, list[PlainPiece]]:
        found = defaultdict(list)
        for piece in sorted(self.pieces, key=lambda p: int(p.document["piece"])):
            found[str(piece.document["window"])].append(piece)
        return dict(found)

    def pieces_of(self, window: str) -> list[PlainPiece]:
        """The pieces of a window, by time."""
        return self._pieces.get(window, [])

    def log_of(self, window: str) -> str:
        """All messages on the log of a window, saved or dead, one per line."""
        entries = [line for document in (*self.logs, *self.buried) if document["window"] == window
                   for line in document["logdata"]]  # fmt: skip
        return "\n".join(line["error_message"] for line in entries)

    def assert_adds_up(self) -> None:
        """Assert that every planned window has one outcome, and each outcome has the documents of its fate."""
        planned = [window["id"] for window in self.planned]
        assert len(set(planned)) == len(planned)
        assert sorted(planned) == sorted(outcome["_id"] for outcome in self.outcomes)
        graves = {document["window"] for document in self.buried}
        for outcome in self.outcomes:
            pieces = self.pieces_of(outcome["_id"])
            assert bool(pieces) == (outcome["fate"] == "saved"), outcome
            assert outcome["refs"] == [str(p.document["_id"]) for p in pieces] or outcome["fate"] != "saved"
            assert (outcome["_id"] in graves) == (outcome["fate"] == "dead"), outcome
            assert bool(outcome["reason"]) == (outcome["fate"] != "saved"), outcome
        for piece in self.pieces:
            assert piece.npts == piece.document["npts"]
            # miniSEED 2 ends at microseconds
            assert piece.start_ns is None or abs(piece.start_ns - piece.document["t0_ns"]) <= 500


async def read_plainly(environment: dict[str, str], job: str) -> PlainJob:
    """Everything that the job left, read by `plain_reader` in a new process."""
    order = {"uri": environment["SEISBUS_MONGODB_URI"], "database": environment["SEISBUS_DATABASE"], "job": job}
    credentials = {name: value for name, value in environment.items() if name.startswith("AWS_")}
    if endpoint := environment.get("SEISBUS_SINK_ENDPOINT"):
        credentials["AWS_ENDPOINT_URL_S3"] = endpoint
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(_SCRIPT),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **credentials},
    )
    output, _ = await process.communicate(json.dumps(order).encode())
    assert process.returncode == 0
    found = json.loads(output)
    return PlainJob(
        found["planned"],
        found["outcomes"],
        found["buried"],
        found["logs"],
        [PlainPiece(**piece) for piece in found["pieces"]],
    )
