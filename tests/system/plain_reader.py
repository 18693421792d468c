"""What a job left in the database and in its files, read with pymongo, numpy and obspy alone.

A script for a process of its own (see `stored.read_plainly`), so that what it finds owes nothing to Seisbus's readers.
Takes {"uri", "database", "job"} as JSON on its standard input, prints what it found as JSON.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import sys
import zlib
from pathlib import Path
from typing import Any

import gridfs
import numpy as np
import numpy.typing as npt
import pymongo


def main() -> None:
    order = json.load(sys.stdin)
    with pymongo.MongoClient[dict[str, Any]](order["uri"]) as client:
        database = client[order["database"]]
        job = order["job"]
        found = {
            "planned": [
                window
                for task in database["task"].find({"_id": {"$gte": f"{job}.", "$lt": f"{job}/"}})
                for window in windows(job, task["windows"])
            ],
            "outcomes": [
                outcome
                for document in database["outcome"].find({"_id": {"$gte": f"{job}.", "$lt": f"{job}/"}})
                for outcome in outcomes(document)
            ],
            "buried": [grave for run in database["cemetery"].find({"job": job}) for grave in graves(run)],
            "logs": [log for run in database["elog"].find({"job": job}) for log in logs(run)],
            "pieces": [
                piece(database, document)
                for collection in ("wf_TimeSeries", "wf_Seismogram")
                for document in database[collection].find({"job": job})
            ],
        }
    json.dump(found, sys.stdout, default=str)


def windows(job: str, packed: dict[str, Any] | bytes) -> list[dict[str, Any]]:
    """The windows of a task or an outcome document, as docs/reference/storage.md says."""
    if isinstance(packed, bytes):
        packed = dict(json.loads(zlib.decompress(packed)))
    found: list[dict[str, Any]] = []
    for channel, event, inclusive, start, length, step, count in packed["runs"]:
        for number in range(count):
            first = start + number * step
            window = {"channel": packed["channels"][channel], "start_ns": first, "end_ns": first + length,
                      "inclusive_end": inclusive, "event": packed["events"][event]}  # fmt: skip
            text = "|".join(map(str, (job, window["channel"], first, first + length, window["event"])))
            digest = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
            found.append({"id": packed["ids"][len(found)] if "ids" in packed else f"{job}.{digest}", **window})
    return found


def outcomes(document: dict[str, Any]) -> list[dict[str, Any]]:
    """An outcome a window."""
    kinds = [document["kinds"][kind] for kind, count in document["ends"] for _ in range(count)]
    found = []
    for window, kind in zip(windows(document["job"], document["windows"]), kinds, strict=True):
        pieces = [
            hashlib.blake2b(f"{window['id']}|{number}".encode(), digest_size=12).hexdigest()
            for number in range(kind.get("pieces", 0))
        ]
        shared = {name: document[name] for name in ("job", "task", "part", "attempt")}
        found.append({"_id": window["id"], **shared, **window, **kind, "refs": kind.get("refs", pieces)})
    return found


def graves(run: dict[str, Any]) -> list[dict[str, Any]]:
    """A cemetery document a window; a run names the first of them."""
    if run.get("count", 1) == 1:
        return [run]
    stone = run["tombstone"]
    codes = [stone[name] for name in ("net", "sta", "loc", "chan")]
    span = [0, 0, True, run["start_ns"], run["length_ns"], run["step_ns"], run["count"]]
    packed = {"channels": [".".join(codes)], "events": [run.get("event", "")], "runs": [span]}
    return [{**run, "window": window["id"]} for window in windows(run["job"], packed)]


def logs(run: dict[str, Any]) -> list[dict[str, Any]]:
    """An elog document a window; a run names the first of them."""
    if run.get("count", 1) == 1:
        return [run]
    span = [0, 0, True, run["start_ns"], run["length_ns"], run["step_ns"], run["count"]]
    packed = {"channels": [run["channel"]], "events": [run.get("event", "")], "runs": [span]}
    return [{**run, "window": window["id"]} for window in windows(run["job"], packed)]


def piece(database: Any, document: dict[str, Any]) -> dict[str, Any]:
    """The document, and what its bytes hold: the hash of the samples as float64, start and rate where they say them."""
    data, start_ns, rate = samples(database, document)
    if "outcome" in document:
        document["provenance"] = database["outcome"].find_one({"_id": document["outcome"]})["provenance"]
    if "tmatrix" in document:  # MsPASS: interleaved by time in files, one component after the other in GridFS
        gridfs_order = document["storage_mode"] == "gridfs"
        data = data.reshape(3, -1) if gridfs_order else data.reshape((3, -1), order="F")
    digest = hashlib.sha256(np.ascontiguousarray(data, "<f8").tobytes()).hexdigest()
    return {"document": document, "npts": data.shape[-1], "sha256": digest, "start_ns": start_ns, "rate": rate}


def samples(database: Any, document: dict[str, Any]) -> tuple[npt.NDArray[Any], int | None, float | None]:
    """As mspasspy's read_data does it: GridFS and format binary are raw float64, miniSEED is obspy's."""
    if document["storage_mode"] == "gridfs":
        return np.frombuffer(gridfs.GridFS(database).get(document["gridfs_id"]).read(), "<f8"), None, None
    path, offset = Path(document["dir"], document["dfile"]), document["foff"]
    if document["storage_mode"] == "s3":
        data = from_bucket(f"{document['dir']}/{document['dfile']}", offset, document["nbytes"])
    elif document["format"] == "binary":
        count = (3 if "tmatrix" in document else 1) * document["npts"]
        return np.fromfile(path, "<f8", count=count, offset=offset), None, None
    else:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read(document["nbytes"])
    if document["format"] == "binary":
        return np.frombuffer(data, "<f8"), None, None
    import obspy

    (trace,) = obspy.read(io.BytesIO(data), format="MSEED")
    codes = tuple(document[name] for name in ("net", "sta", "loc", "chan"))
    assert trace.id == ".".join(codes), (trace.id, codes)
    return trace.data, trace.stats.starttime.ns, trace.stats.sampling_rate


@functools.cache
def s3_client() -> Any:
    """A stock client; endpoint and credentials are in the environment."""
    import boto3
    from botocore.config import Config

    return boto3.client("s3", region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))


def from_bucket(url: str, start: int, count: int) -> bytes:
    """Some bytes of an object named by an s3:// URL."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    answer = s3_client().get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{start + count - 1}")
    data: bytes = answer["Body"].read()
    return data


if __name__ == "__main__":
    main()
