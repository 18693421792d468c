"""Channels in a day's object whose key names another channel. They get day files of their own, so that jobs plan them.

Such a document has the object's key, size and version, the channel that was found, and `held_by`, the channel that the
key names.
"""

from __future__ import annotations

from collections.abc import Mapping

from libseis.codes import Channel
from libseis.isotime import utc

from ..model.task import ObjectRef
from .client import Store, translated
from .collections import DAY_FILE
from .documents import DayFileDocument
from .index import day_key, upsert


async def add_strangers(
    store: Store, ref: ObjectRef, etag: str, size: int, found: Mapping[Channel, float]
) -> list[Channel]:
    """Write day files for the channels (with their rates, Hz) that were found in an object. Returns those that were
    new.

    The object itself must be known: nothing is written for an object that was never listed.
    """
    assert ref.channel is not None  # the key names a channel
    day = day_key(ref.archive, utc(ref.day_ns).date().isoformat())
    names = {channel: f"{day}/{ref.key} {channel}" for channel in found}
    with translated():
        cursor = store[DAY_FILE].find({"_id": {"$in": list(names.values())}, "etag": etag}, {"_id": 1})
        known = {str(document["_id"]) async for document in cursor}
        owner = await store[DAY_FILE].find_one({"_id": f"{day}/{ref.key}"})
        if owner is None:
            return []
        held_by = str(Channel(owner["net"], owner["sta"], owner["loc"], owner["chan"]))
        fresh = [channel for channel in found if names[channel] not in known and str(channel) != held_by]
    documents: list[DayFileDocument] = [
        {
            "_id": names[channel],
            "day": day, "archive": ref.archive, "day_ns": ref.day_ns,
            "net": channel.net, "sta": channel.sta, "loc": channel.loc, "chan": channel.chan,
            "key": ref.key, "size": size, "etag": etag, "indexed": False, "listed": True,
            "sampling_rate": found[channel], "held_by": held_by,
        }
        for channel in fresh
    ]  # fmt: skip
    await upsert(store, DAY_FILE, documents)
    return fresh
