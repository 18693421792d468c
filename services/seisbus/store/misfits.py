"""What misfit jobs stored of a station (windows, adjoint sources, synthetics, rejected windows), and total misfits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from ..model.misfit_documents import TotalMisfit
from .client import Store, translated
from .collections import ADJOINT_SOURCE, MISFIT_WINDOW, REJECTED_WINDOW, SYNTHETIC, Collection
from .documents import AdjointSourceDocument, MisfitWindowDocument, RejectedWindowDocument, SyntheticDocument

A = TypeVar("A", SyntheticDocument, RejectedWindowDocument)


async def windows_of(
    store: Store, job: str, event: str, net: str, sta: str
) -> Mapping[str, list[MisfitWindowDocument]]:
    """The windows that a misfit job stored of a station, by component, in order of number."""
    found: dict[str, list[MisfitWindowDocument]] = {}
    with translated():
        query = {"job": job, "event": event, "net": net, "sta": sta}
        documents = await store[MISFIT_WINDOW].find(query, {"_id": 0}).to_list()
    for document in sorted(documents, key=lambda d: int(d["number"])):
        found.setdefault(str(document["component"]), []).append(document)
    return found


async def adjoint_sources_of(store: Store, job: str, event: str, net: str, sta: str) -> list[AdjointSourceDocument]:
    """The adjoint sources that a misfit job stored of a station, in order of component."""
    with translated():
        query = {"job": job, "event": event, "net": net, "sta": sta}
        found = await store[ADJOINT_SOURCE].find(query).to_list()
    return sorted(found, key=lambda d: str(d["component"]))


async def synthetics_of(store: Store, job: str, event: str, net: str, sta: str) -> list[SyntheticDocument]:
    """The synthetic waveforms that a misfit job compared a station with, in order of channel and time."""
    found = await _newest(store, SYNTHETIC, {"job": job, "event": event, "net": net, "sta": sta})
    return sorted(found, key=lambda d: (str(d["loc"]), str(d["chan"]), int(d["t0_ns"])))


async def rejected_of(store: Store, job: str, event: str, net: str, sta: str) -> list[RejectedWindowDocument]:
    """The rejected windows that a misfit job stored for a station, one document per component."""
    found = await _newest(store, REJECTED_WINDOW, {"job": job, "event": event, "net": net, "sta": sta})
    return sorted(found, key=lambda d: str(d["component"]))


async def _newest(store: Store, collection: Collection[A], query: Mapping[str, Any]) -> list[A]:
    """Keep documents of the newest attempt: dead stations have such documents too, and a retry leaves those of the
    attempt before."""
    with translated():
        found = await store[collection].find(query).to_list()
    newest = max((int(d["attempt"]) for d in found), default=0)
    return [d for d in found if d["attempt"] == newest]


async def total_misfits(store: Store, job: str) -> list[TotalMisfit]:
    """Total misfits of a job, in order of event and evaluation: the plain sum over all adjoint sources."""
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    with translated():
        async for source in store[ADJOINT_SOURCE].find({"job": job}, {"samples": 0}):
            row = sums.setdefault(
                (source["event"], source["path"]), {"stations": set(), "sources": 0, "windows": 0, "misfits": []}
            )
            row["stations"].add((source["net"], source["sta"]))
            row["sources"] += 1
            row["windows"] += source["window_count"]
            row["misfits"].append(source["misfit"])
    return [
        # sorted, so that the sum does not depend on the order in which stations were done
        TotalMisfit(event, path, len(row["stations"]), row["sources"], row["windows"], sum(sorted(row["misfits"])))
        for (event, path), row in sorted(sums.items())
    ]
