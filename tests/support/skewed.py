"""A program for tests: take or release a lease with clocks that are wrong by some seconds; print the token."""

from __future__ import annotations

import asyncio
import datetime
import sys
import time

SKEW = float(sys.argv[3])
_true, _true_ns = time.time, time.time_ns
time.time = lambda: _true() + SKEW
time.time_ns = lambda: _true_ns() + int(SKEW * 1e9)


class _Datetime(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _Datetime:
        return cls.fromtimestamp(time.time(), tz)


datetime.datetime = _Datetime  # type: ignore[misc]

from seisbus.store.client import Store  # noqa: E402  # with the wrong clocks
from seisbus.store.lease import acquire  # noqa: E402


async def main(uri: str, database: str, holder: str, seconds: float) -> None:
    async with await Store.connect(uri, database) as store:
        print(await acquire(store, "r", holder, seconds))


asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[4], float(sys.argv[5])))
