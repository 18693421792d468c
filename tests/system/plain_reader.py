"""What a job left in the database and in its files, read with pymongo, numpy and obspy alone.

A script for a process of its own (see `stored.read_plainly`), so that what it finds owes nothing to Seisbus's readers.
Takes {"uri", "database", "job"} as JSON on its standard input, prints what it found as JSON.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
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
                for window in task["windows"]
            ],
            "outcomes": list(database["outcome"].find({"_id": {"$gte": f"{job}.", "$lt": f"{job}/"}})),
            "buried": list(database["cemetery"].find({"job": job})),
            "logs": list(database["elog"].find({"job": job})),
            "pieces": [piece(database, document) for document in database["wf_TimeSeries"].find({"job": job})],
        }
    json.dump(found, sys.stdout, default=str)


def piece(database: Any, document: dict[str, Any]) -> dict[str, Any]:
    """The document, and what its bytes hold: the hash of the samples as float64, and their start where bytes say it."""
    data, start_ns = samples(database, document)
    digest = hashlib.sha256(np.ascontiguousarray(data, "<f8").tobytes()).hexdigest()
    return {"document": document, "npts": len(data), "sha256": digest, "start_ns": start_ns}


def samples(database: Any, document: dict[str, Any]) -> tuple[npt.NDArray[Any], int | None]:
    """As mspasspy's read_data does it: GridFS and format binary are raw float64, miniSEED is obspy's."""
    if document["storage_mode"] == "gridfs":
        return np.frombuffer(gridfs.GridFS(database).get(document["gridfs_id"]).read(), "<f8"), None
    path, offset = Path(document["dir"], document["dfile"]), document["foff"]
    if document["format"] == "binary":
        return np.fromfile(path, "<f8", count=document["npts"], offset=offset), None
    import obspy

    with path.open("rb") as file:
        file.seek(offset)
        stream = obspy.read(io.BytesIO(file.read(document["nbytes"])), format="MSEED")
    (trace,) = stream
    codes = tuple(document[name] for name in ("net", "sta", "loc", "chan"))
    assert trace.id == ".".join(codes), (trace.id, codes)
    return trace.data, trace.stats.starttime.ns


if __name__ == "__main__":
    main()
