"""Names, shapes and indexes of the collections. The only list of them; `ensure_indexes` makes it true.

Speed rules that hold for MongoDB and for the embedded server alike: query by `_id`, or by the full equality prefix of
an index plus at most one range (the embedded server scans everything for a bare range of `_id`); write in batches;
never claim work by a state field.

Shapes (times `*_ns` are integer nanoseconds since 1970; a channel is "NET.STA.LOC.CHAN"):

job           _id, name, kind, spec, state, open (only while not closed), attempt, submitted_ns, closed_ns,
              request_id, planned, planning_done, cursor {shard, offset}, counts {fate: n} (a cache), ledger (at close),
              stored_bytes, error, notes, retry {fates, reason},
              sink_cleaned (the closed_ns at which the sink was looked through), purged_by (the purge that removes it)
task          _id = job.shard.n, job, open (only while parts are missing), attempt, archive,
              objects [{key, size, etag, day_ns, channel, missing, knots, ordered}], windows (packed, see `packing`;
              a list of {id, channel, start_ns, end_ns, inclusive_end, event} in older versions, without count), count,
              parts [[first, count]], done [part], template
outcome       _id = task/part (then task/part/1, ...), job, task, part, attempt, windows (packed), kinds [{fate, reason,
              detail, refs | pieces | grave}], ends [[kind, count]], graves [index], counts {fate: n},
              rows [[channel, day_ns, fate, reason, n]], provenance; in older versions a document a window, _id =
              window id = job.hash, job, fate, reason, detail, refs, attempt, task, part, channel, start_ns, end_ns,
              event
outcome_superseded  the same with _id = that + "~" + attempt: what a retry replaced
summary       job, reasons [[fate, reason, n, [channel, start_ns, detail] ...]], rows [[channel, day_ns, fate,
              reason, n]] (as compressed JSON; a list in older versions): differences; a job's counts are the sum of its
              documents; summed, where it is the sum of several
wf_TimeSeries MsPASS's attribute names; and job, window, piece, t0_ns, rate [num, den], event, provenance
              (or outcome, the `_id` of the outcome document that holds it); with
              storage_mode s3 (ours): dir is a URL s3://bucket/…, sha256 that of the nbytes at foff
cemetery      tombstone, logdata, data_tag, job, reason, window (the first), count, start_ns, length_ns, step_ns: a
              run of windows of one channel that are dead for one reason
elog          logdata, wf_TimeSeries_id, data_tag, job, window; of a run of saved windows of one channel with the same
              log also count, channel, start_ns, length_ns, step_ns: wf_TimeSeries_id and window are those of the first
s3_catalog_index, s3_waveform_index   _id = archive/key, archive, s3key, index_type, format, year, yrday, day, filename
day_index     _id = archive/YYYY-MM-DD: a day whose index and listing were read; rows, listed, read_ns, notes
day_file      _id = archive/YYYY-MM-DD/key, day, archive, day_ns, net, sta, loc, chan, key, size, etag, indexed,
              listed, sampling_rate, knots [packed tables], knots_etag, ordered
source        _id = archive/evid, archive, source_id, time, time_ns, lat, lon, depth (km), mag, mag_type, event_type,
              waveform_key, phase_key
site, channel MsPASS's names and units; archive, net, sta(, loc, chan), lat, lon, elev, edepth, key,
              hang, vang, starttime, endtime; response_left_out of a channel whose response cannot be read, and
              responses {version [key, etag], left_out [[channel, reason]]} of the first site of a document
asdf_dataset  a dataset that was exported, in any format: _id, job, window, format, path (below the output folder),
              event, channel, waveforms, size, sha256, problems, problem_count, log, log_count (what the
              waveforms' error logs say), log_sha256 (of the file beside it that has all of
              that), token (of the lease), built_ns;
              in the sink url (s3://bucket/…, with a slash at the end for a folder)
misfit_window a window of a misfit job: _id, job, window, event, path (of the evaluation), net, sta, component, number,
              channel_id, left, right, center, dt, min_period, cc_shift, max_cc, dlna, weight, phases, starttime
adjoint_source  _id, job, window, event, path, net, sta, component (SPECFEM's), channel_id, type, misfit, dt, npts,
              time_offset, min_period, max_period, starttime, window_misfits, window_count, samples (float64, bytes)
synthetic     a synthetic waveform of a misfit job: _id, job, window, event, net, sta, loc, chan, attempt, starttime,
              t0_ns, rate [num, den], npts, samples (float64, bytes)
rejected_window  a component's rejected windows, where they were asked for: _id, job, window, event, path, net, sta,
              component, attempt, channel_id, windows [{left, right, center, rejection, value, limit}]
dead_letter   _id, job, task, part, stream, subject, headers, body, reason, deliveries, time_ns, buried (a date, from
              which the server counts until it removes it)
lease         _id = name, holder, token, expires_ns; gone when it is given back
process       _id = service@host:port, service, time (the server's), number, left, waits [{hop, text}]
"""

from __future__ import annotations

from typing import Final

from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from .documents import Document

JOB: Final = "job"
TASK: Final = "task"
OUTCOME: Final = "outcome"
OUTCOME_SUPERSEDED: Final = "outcome_superseded"
SUMMARY: Final = "summary"
WF_TIMESERIES: Final = "wf_TimeSeries"
CEMETERY: Final = "cemetery"
ELOG: Final = "elog"
ASDF_DATASET: Final = "asdf_dataset"
MISFIT_WINDOW: Final = "misfit_window"
ADJOINT_SOURCE: Final = "adjoint_source"
SYNTHETIC: Final = "synthetic"
REJECTED_WINDOW: Final = "rejected_window"
CATALOG_INDEX: Final = "s3_catalog_index"
WAVEFORM_INDEX: Final = "s3_waveform_index"
DAY_INDEX: Final = "day_index"
DAY_FILE: Final = "day_file"
SOURCE: Final = "source"
SITE: Final = "site"
CHANNEL: Final = "channel"
DEAD_LETTER: Final = "dead_letter"
LEASE: Final = "lease"
PROCESS: Final = "process"

# Long enough for somebody to come back from holidays; outcomes keep the reason.
DEAD_LETTER_SECONDS: Final = 90 * 86_400


def _index(*keys: str, unique: bool = False, sparse: bool = False) -> IndexModel:
    return IndexModel([(key, ASCENDING) for key in keys], unique=unique, sparse=sparse)


INDEXES: Final[dict[str, list[IndexModel]]] = {
    JOB: [_index("open", sparse=True), _index("request_id", unique=True, sparse=True)],
    TASK: [
        _index("job", "_id"),
        IndexModel([("job", ASCENDING), ("open", ASCENDING)], partialFilterExpression={"open": True}),
    ],
    OUTCOME: [_index("job", "_id")],
    SUMMARY: [_index("job")],
    DAY_FILE: [_index("day", "_id")],
    WF_TIMESERIES: [
        _index("job", "starttime"),
        _index("net", "sta", "chan", "starttime"),
        _index("data_tag", sparse=True),
        _index("event", sparse=True),
    ],
    CEMETERY: [_index("job")],
    ELOG: [_index("job")],
    ASDF_DATASET: [_index("job"), _index("path")],
    MISFIT_WINDOW: [_index("job", "event", "net", "sta")],
    ADJOINT_SOURCE: [_index("job", "event", "net", "sta")],
    SYNTHETIC: [_index("job", "event", "net", "sta")],
    REJECTED_WINDOW: [_index("job", "event", "net", "sta")],
    CATALOG_INDEX: [_index("archive", "year", "format")],
    WAVEFORM_INDEX: [_index("archive", "year", "day", "format")],
    SOURCE: [_index("archive", "time_ns")],
    SITE: [_index("archive", "net", "sta")],
    CHANNEL: [_index("archive", "net", "sta")],
    DEAD_LETTER: [_index("job"), IndexModel([("buried", ASCENDING)], expireAfterSeconds=DEAD_LETTER_SECONDS)],
}  # fmt: skip

# Indexes of older versions whose work others do.
_OBSOLETE: Final = {WF_TIMESERIES: ("data_tag_1_starttime_1", "event_1_starttime_1")}


async def ensure_indexes(database: AsyncDatabase[Document]) -> None:
    """Create every collection (a transaction cannot, on every server) and index that is not there yet."""
    present = set(await database.list_collection_names())
    for name in (TASK, OUTCOME, OUTCOME_SUPERSEDED, DAY_INDEX, DAY_FILE, LEASE, PROCESS, *INDEXES):
        if name not in present:
            await database.create_collection(name)
            present.add(name)
    for name, models in INDEXES.items():
        await database[name].create_indexes(models)
    for name, gone in _OBSOLETE.items():
        present = set(await database[name].index_information())
        for index in present.intersection(gone):
            await database[name].drop_index(index)
