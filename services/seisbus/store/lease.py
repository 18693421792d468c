"""Leases: at most one holder of a name at a time, with a fencing token that only grows.

Compare-and-set by update_one on `_id`, never findOneAndUpdate, which scans on the embedded server.
"""

from __future__ import annotations

import time

from pymongo.errors import DuplicateKeyError

from .client import Store, translated
from .collections import LEASE


async def acquire(store: Store, name: str, holder: str, seconds: float) -> int | None:
    """The fencing token when `holder` has the lease now (fresh or prolonged), None when another has it."""
    now = time.time_ns()
    until = now + int(seconds * 1e9)
    with translated():
        found = await store[LEASE].find_one({"_id": name})
        if found is None:
            try:
                await store[LEASE].insert_one({"_id": name, "holder": holder, "token": 1, "expires_ns": until})
            except DuplicateKeyError:
                return None
            return 1
        token = int(found["token"])
        if found["holder"] != holder:
            if found["expires_ns"] > now:
                return None
            token += 1
        result = await store[LEASE].update_one(
            {"_id": name, "holder": found["holder"], "token": found["token"]},
            {"$set": {"holder": holder, "token": token, "expires_ns": until}},
        )
    return token if result.matched_count == 1 else None


async def release(store: Store, name: str, holder: str) -> None:
    """Let others have the lease at once."""
    with translated():
        await store[LEASE].update_one({"_id": name, "holder": holder}, {"$set": {"expires_ns": 0}})
