"""The way it is done without Seisbus, as a program of its own: list the day's index, then for each file boto3
get_object, obspy.read, slice, append float64 samples to one file, insert one document.

Arguments: S3 endpoint, MongoDB URI, output file, window start and end (epoch seconds). Prints a JSON line.
"""

from __future__ import annotations

import io
import json
import sys
import time

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


def main(endpoint: str, uri: str, output: str, start: float, end: float) -> None:
    """Do the job and print what came of it."""
    begun = time.perf_counter()
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-west-2", config=Config(signature_version=UNSIGNED))
    wf = pymongo.MongoClient(uri)["plain_loop"]["wf_TimeSeries"]
    index = pq.read_table(io.BytesIO(s3.get_object(Bucket=BUCKET, Key=INDEX)["Body"].read())).to_pydict()
    saved = failed = 0
    with open(output, "wb") as file:
        for name in index["ms_filename"]:
            try:
                body = s3.get_object(Bucket=BUCKET, Key=FOLDER + name)["Body"].read()
                stream = obspy.read(io.BytesIO(body), format="MSEED").slice(UTCDateTime(start), UTCDateTime(end))
            except Exception:  # a missing, empty or broken file: the plain loop goes on to the next
                failed += 1
                continue
            for trace in stream:
                samples = trace.data.astype(np.float64)
                stats = trace.stats
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
                        "foff": file.tell(),
                    }
                )
                file.write(samples.tobytes())
                saved += 1
    seconds = time.perf_counter() - begun
    print(json.dumps({"files": len(index["ms_filename"]), "saved": saved, "failed": failed, "seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), float(sys.argv[5]))
