"""Make the progress snapshot of a job from its document, for watchers and workers."""

from __future__ import annotations

import time

from seis.v1 import task_pb2

from ..store.documents import JobDocument


def snapshot(job: JobDocument) -> task_pb2.JobSnapshot:
    """The progress of a job."""
    return task_pb2.JobSnapshot(
        job=job["_id"],
        state=job["state"],
        attempt=job["attempt"],
        planned=job["planned"],
        planning_done=job["planning_done"],
        time_ns=time.time_ns(),
        stored_bytes=job["stored_bytes"],
        **{fate: max(0, count) for fate, count in job["counts"].items()},
    )


def settled(seen: task_pb2.JobSnapshot) -> int:
    """Number of windows with an outcome."""
    return int(seen.saved + seen.dead + seen.missing + seen.failed + seen.cancelled)
