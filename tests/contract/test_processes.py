"""The look of every process at the database: a write, a read of it, and what others wrote."""

from __future__ import annotations

from seisbus.store.client import Store
from seisbus.store.processes import heard, leave, report
from seisbus.telemetry.hops import Wait


async def test_what_one_process_waits_for_the_others_hear(store: Store) -> None:
    await report(store, "fetcher@a:1", "fetcher", [Wait("S3 scedc", "S3 scedc has not answered.")])
    found = await report(store, "control@a:2", "control", [])
    assert heard(found, "control@a:2", silent=True) == (Wait("S3 scedc", "S3 scedc has not answered."),)
    await report(store, "fetcher@a:1", "fetcher", [])
    found = await report(store, "control@a:2", "control", [])
    assert heard(found, "control@a:2", silent=True) == ()
    await leave(store, "fetcher@a:1")
    found = await report(store, "control@a:2", "control", [])
    assert {document["_id"]: document["left"] for document in found} == {"fetcher@a:1": True, "control@a:2": False}
