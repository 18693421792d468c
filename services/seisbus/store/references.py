"""Which objects in the sink documents name, and for which closed jobs the sink was searched for other objects."""

from __future__ import annotations

from ..model.dataset_places import log_of
from .client import Store, translated
from .collections import ASDF_DATASET, JOB
from .slices import waveforms_of


async def jobs_to_clean(store: Store, closed_before_ns: int) -> list[tuple[str, int]]:
    """Jobs that were closed before then and not searched since, each with the time of its close."""
    with translated():
        found = store[JOB].find({"closed_ns": {"$gt": 0, "$lt": closed_before_ns}}, {"closed_ns": 1, "sink_cleaned": 1})
        return [(job["_id"], job["closed_ns"]) async for job in found if job.get("sink_cleaned") != job["closed_ns"]]


async def note_cleaned(store: Store, job: str, closed_ns: int) -> None:
    """Note that the job, closed at that time, was searched, and need not be searched again until it is closed again."""
    with translated():
        await store[JOB].update_one({"_id": job}, {"$set": {"sink_cleaned": closed_ns}})


async def named_urls(store: Store, job: str) -> set[str]:
    """URLs in the sink that documents of a job name: of objects, and (with a slash at the end) of folders of them."""
    with translated():
        named: set[str] = set()
        async for waveform in waveforms_of(store, job, {"storage_mode": 1, "dir": 1, "dfile": 1}):
            if waveform.get("storage_mode") == "s3":
                named.add(f"{waveform['dir']}/{waveform['dfile']}")
        datasets = store[ASDF_DATASET].find({"job": job}, {"url": 1, "path": 1, "log_sha256": 1})
        async for dataset in datasets:
            if "url" in dataset:
                named |= {dataset["url"], (log_of(dataset) or dataset)["url"]}
        return named
