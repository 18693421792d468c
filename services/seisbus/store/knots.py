"""Knots on day_file documents: packed tables that readers add, and that are dropped when the object's version changes.

Fields: knots (list of packed tables), knots_etag (their version), ordered (a full scan found nothing wrong). Replicas
only add tables, so they cannot undo each other's work; a full scan replaces all tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo import UpdateOne

from libseis.isotime import utc

from .client import Store, translated
from .collections import DAY_FILE
from .documents import LearnedOfFile, RunOfFile
from .index import day_key

# With so many tables an object's knots are dense enough; more would let the document grow without limit.
_MOST_TABLES = 48


@dataclass(frozen=True, slots=True)
class LearnedKnots:
    """What was learned of one version of an object."""

    archive: str
    day_ns: int
    key: str
    etag: str
    packed: bytes
    ordered: bool
    # Length of the object, if this is not the planned version: then the day file is updated, so that later jobs plan
    # with it.
    changed_size: int | None = None


@dataclass(frozen=True, slots=True)
class LearnedRuns:
    """Where the channels of a station's object are, from a whole read of one version."""

    archive: str
    day_ns: int
    key: str
    etag: str
    size: int
    runs: tuple[RunOfFile, ...]


@dataclass(frozen=True, slots=True)
class LearnedInRun:
    """Knots of one run, by its number, of an object whose runs are known."""

    archive: str
    day_ns: int
    key: str
    etag: str
    number: int
    packed: bytes


async def keep_runs(store: Store, learned: Sequence[LearnedRuns | LearnedInRun]) -> None:
    """Keep runs with their day files, or add knots to them, in one batch."""
    updates: list[UpdateOne] = []
    for item in learned:
        identity = f"{day_key(item.archive, utc(item.day_ns).date().isoformat())}/{item.key}"
        if isinstance(item, LearnedRuns):
            fresh = {"runs": list(item.runs), "runs_etag": item.etag, "etag": item.etag, "size": item.size}
            updates.append(UpdateOne({"_id": identity}, {"$set": fresh}))
            continue
        knots = f"runs.{item.number}.knots"
        known = {"_id": identity, "runs_etag": item.etag, f"{knots}.{_MOST_TABLES - 1}": {"$exists": False}}
        updates.append(UpdateOne(known, {"$addToSet": {knots: item.packed}}))
    if updates:
        with translated():
            await store[DAY_FILE].bulk_write(updates, ordered=True)


async def keep_knots(store: Store, learned: Sequence[LearnedKnots]) -> None:
    """Add knots to their day files, in one batch."""
    updates: list[UpdateOne] = []
    for item in learned:
        day = utc(item.day_ns).date().isoformat()
        identity = f"{day_key(item.archive, day)}/{item.key}"
        fresh: LearnedOfFile = {"knots": [item.packed], "knots_etag": item.etag, "ordered": item.ordered}
        if item.changed_size is not None:
            fresh["etag"] = item.etag
            fresh["size"] = item.changed_size
        if item.ordered or item.changed_size is not None:
            updates.append(UpdateOne({"_id": identity}, {"$set": fresh}))
            continue
        updates.append(UpdateOne({"_id": identity, "knots_etag": {"$ne": item.etag}}, {"$set": fresh}))
        updates.append(
            UpdateOne(
                {"_id": identity, "knots_etag": item.etag, f"knots.{_MOST_TABLES - 1}": {"$exists": False}},
                {"$addToSet": {"knots": item.packed}},
            )
        )
    if updates:
        with translated():
            await store[DAY_FILE].bulk_write(updates, ordered=True)
