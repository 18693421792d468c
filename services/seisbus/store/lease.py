"""Leases: at most one holder of a name at a time, with a fencing token that only grows.

A lease that is given back leaves no document. Tokens begin with the server's time, so no token is given twice, and a
late holder with an old token is recognised. Only the server's clock decides when a lease ends, so a holder whose clock
is wrong cannot keep or steal one. The time is read before the write, so a lease ends a little earlier than it says, and
never later. Leases change by update_one on `_id` and not by findOneAndUpdate, for which the embedded server scans
everything.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pymongo.errors import DuplicateKeyError

from .client import Store, translated
from .collections import LEASE
from .documents import LeaseTerms

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def acquire(store: Store, name: str, holder: str, seconds: float) -> int | None:
    """Take or prolong the lease; returns its fencing token, or None if another holder has it."""
    with translated():
        now = await _server_ns(store)
        mine: LeaseTerms = {"holder": holder, "expires_ns": now + int(seconds * 1e9), "seconds": seconds}
        found = await store[LEASE].find_one({"_id": name})
        if found is None:
            try:
                await store[LEASE].insert_one({"_id": name, "token": now, **mine})
            except DuplicateKeyError:
                return None
            return now
        token = int(found["token"])
        if found["holder"] != holder:
            # An end further away than the length of the lease comes from a wrong clock, and is ignored.
            longest = now + int(max(seconds, found.get("seconds", seconds)) * 1e9)
            if now < found["expires_ns"] <= longest:
                return None
            token += 1
        result = await store[LEASE].update_one(
            {"_id": name, "holder": found["holder"], "token": found["token"], "expires_ns": found["expires_ns"]},
            {"$set": {"token": token, **mine}},
        )
    return token if result.matched_count == 1 else None


async def release(store: Store, name: str, holder: str) -> None:
    """Let others have the lease at once."""
    with translated():
        await store[LEASE].delete_one({"_id": name, "holder": holder})


async def remove_expired(store: Store, prefix: str) -> None:
    """Delete leases with this prefix that have ended, because their holders died."""
    with translated():
        where = {"_id": {"$gte": prefix, "$lt": f"{prefix}\uffff"}, "expires_ns": {"$lt": await _server_ns(store)}}
        await store[LEASE].delete_many(where)


async def _server_ns(store: Store) -> int:
    """The server's time, to the millisecond. Each server with MongoDB's protocol gives it in its answer to hello."""
    said: datetime = (await store.database.command("hello"))["localTime"]
    return (said.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1) * 1000
