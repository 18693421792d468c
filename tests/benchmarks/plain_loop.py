"""The plain way without Seisbus, as a separate program: list the day's index, then for each file boto3 get_object,
obspy.read, slice, append float64 samples to one file, insert one document.

Arguments: S3 endpoint, MongoDB URI, output file, window start and end (epoch seconds), threads (default 1: the plain
sequential loop). Prints a JSON line. obspy.read in threads is safe only on files without warnings of libmseed.
"""

from __future__ import annotations

import io
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import boto3
import numpy as np
import obspy
import pyarrow.parquet as pq
import pymongo
from botocore import UNSIGNED
from botocore.config import Config
from obspy import UTCDateTime

BUCKET = "scedc-pds"
INDEX = "continuous_waveforms/index/parquet/year=2011/year_doy=2011_070/2011_070_waveform_index.parquet"
FOLDER = "continuous_waveforms/2011/2011_070/"


def main(endpoint: str, uri: str, output: str, start: float, end: float, threads: int = 1) -> None:
    """Do the job and print the result."""
    begun = time.perf_counter()
    settings = Config(signature_version=UNSIGNED, max_pool_connections=threads)
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-west-2", config=settings)
    wf = pymongo.MongoClient(uri)["plain_loop"]["wf_TimeSeries"]
    index = pq.read_table(io.BytesIO(s3.get_object(Bucket=BUCKET, Key=INDEX)["Body"].read())).to_pydict()
    lock = threading.Lock()

    def one(name: str, file: BinaryIO) -> int:
        try:
            body = s3.get_object(Bucket=BUCKET, Key=FOLDER + name)["Body"].read()
            stream = obspy.read(io.BytesIO(body), format="MSEED").slice(UTCDateTime(start), UTCDateTime(end))
        except Exception:  # a missing, empty or broken file: the plain loop goes on to the next
            return 0
        for trace in stream:
            samples = trace.data.astype(np.float64)
            stats = trace.stats
            with lock:
                foff = file.tell()
                file.write(samples.tobytes())
            wf.insert_one(
                {
                    "net": stats.network,
                    "sta": stats.station,
                    "loc": stats.location,
                    "chan": stats.channel,
                    "starttime": stats.starttime.timestamp,
                    "delta": stats.delta,
                    "npts": int(stats.npts),
                    "storage_mode": "file",
                    "dfile": output,
                    "foff": foff,
                }
            )
        return len(stream)

    with open(output, "wb") as file, ThreadPoolExecutor(threads) as pool:
        work = pool.map if threads > 1 else map
        counts = list(work(one, index["ms_filename"], [file] * len(index["ms_filename"])))
    seconds = time.perf_counter() - begun
    found = {"files": len(counts), "saved": sum(counts), "failed": counts.count(0), "seconds": seconds}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), float(sys.argv[5]), *map(int, sys.argv[6:7]))
