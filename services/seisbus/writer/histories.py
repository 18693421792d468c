"""The processing history of a saved datum as a document of `history_object`, in MsPASS's layout. Pure."""

from __future__ import annotations

import pickle

from libseis import ProcessingHistory
from libseis.enums import AtomicType, ProcessingStatus

from ..model.handovers import OutcomeBatch, WindowOutcome
from ..model.ids import document_id
from ..store.documents import ObjectHistory, ObjectId

WRITER = "seisbus.writer"


def object_history(
    batch: OutcomeBatch, outcome: WindowOutcome, waveform: ObjectId, history: ProcessingHistory
) -> ObjectHistory:
    """The history with the saving as its last step. The same transaction stores it and the datum's document."""
    saved = ProcessingHistory(history)
    uuid = saved.new_map(WRITER, batch.job, saved.current_nodedata().type, ProcessingStatus.SAVED)
    kept: ObjectHistory = {
        "_id": ObjectId(document_id(str(waveform), "history")),
        "save_uuid": uuid,
        "save_stage": saved.stage(),
        "processing_history": pickle.dumps(saved),
        "alg_id": batch.job,
        "alg_name": WRITER,
        "job_id": saved.jobid(),
        "job_name": saved.jobname(),
        "job": batch.job,
        "window": outcome.window.id,
    }
    if saved.current_nodedata().type is AtomicType.SEISMOGRAM:
        kept["wf_Seismogram_id"] = waveform
    else:
        kept["wf_TimeSeries_id"] = waveform
    return kept
