"""How data were made: a document for each job, which is written with it, and reports of processes about themselves."""

from __future__ import annotations

from cachetools import LRUCache

from ..errors import NotFoundError
from ..model.ids import document_id
from ..model.task import Window
from . import collections as c
from .client import Store, translated
from .documents import GlobalHistory, ObjectHistory, ObjectId, Program, SavedDocument
from .processes import forgotten
from .queries import with_provenance
from .task_documents import windows_of


async def programs(store: Store) -> dict[str, list[Program]]:
    """The programs of the running processes, by service, equal ones once."""
    with translated():
        found = await store[c.PROCESS].find({"left": False}).to_list()
    gone = set(forgotten(found))
    services: dict[str, list[Program]] = {}
    for document in sorted(found, key=lambda document: document["_id"]):
        program = document.get("program")
        if program is None or document["_id"] in gone:
            continue
        known = services.setdefault(document["service"], [])
        if program not in known:
            known.append(program)
    return services


async def global_history(store: Store, job: str) -> GlobalHistory | None:
    """The document of a job; None for jobs of older versions."""
    with translated():
        return await store[c.HISTORY_GLOBAL].find_one({"_id": job})


async def stored_waveform(store: Store, identity: str) -> SavedDocument:
    """The wf document of this id, or the first one of the window of this id, with its provenance.

    NotFoundError when there is none.
    """
    wanted = ObjectId(identity) if ObjectId.is_valid(identity) else ObjectId(document_id(identity, "0"))
    with translated():
        for name in c.WAVEFORMS:
            if (found := await store[name].find_one({"_id": wanted})) is not None:
                document: SavedDocument = found
                await with_provenance(store, document, LRUCache(1))
                return document
    raise NotFoundError(
        f"There is no stored waveform {identity}; give the _id of a wf document, or the id of a saved window "
        "(`seisbus outcomes JOB` lists both)."
    )


async def window_of(store: Store, waveform: SavedDocument) -> Window | None:
    """The window of a stored waveform, with its arrival or picks; None if its task is gone."""
    task = waveform.get("provenance", {}).get("task")
    with translated():
        found = await store[c.TASK].find_one({"_id": task}) if task else None
    if found is None:
        return None
    return next((window for window in windows_of(found) if window.id == waveform["window"]), None)


async def object_history(store: Store, waveform: SavedDocument) -> ObjectHistory | None:
    """The processing history of a datum; None if its job does not keep histories."""
    identity = waveform.get("history_object_id")
    if identity is None:
        return None
    with translated():
        return await store[c.HISTORY_OBJECT].find_one({"_id": identity})
