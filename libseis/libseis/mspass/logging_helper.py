"""Processing history and error log entries for a datum or for all members of an ensemble.

ProcessingHistory and ErrorLogger define the entries. These functions apply one call to every member.
"""

from __future__ import annotations

from libseis.enums import ErrorSeverity
from libseis.objects.history import ProcessingHistory
from libseis.objects.kinds import ATOMIC, ENSEMBLES, Datum, Ensemble, atomic_type, members_of
from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries


def info(data: Datum, alg_id: str, alg_name: str, target: int | None = None) -> None:
    """Record in the history that `alg_name` (instance `alg_id`) made the current state of `data`.

    Ensembles: all members, or member `target` only (IndexError outside). Dead data are not changed. A datum without an
    origin gets a Complaint on its elog instead of an entry. TypeError if `data` is not a data object.
    """
    if isinstance(data, ATOMIC):
        if data.live:
            data.new_map(alg_name, alg_id, atomic_type(data))
    elif isinstance(data, ENSEMBLES):
        if target is None:
            for member in data.member:
                info(member, alg_id, alg_name)
        elif 0 <= target < len(data.member):
            info(data.member[target], alg_id, alg_name)
        else:
            raise IndexError(
                f"logging_helper.info: target {target} is outside the ensemble of {len(data.member)} members"
            )
    else:
        raise TypeError(f"logging_helper.info: data must be a seismic data object, found {type(data).__name__}")


def ensemble_error(d: Ensemble, alg: str, message: str, err_severity: ErrorSeverity = ErrorSeverity.Invalid) -> None:
    """Log the same error on every member of an ensemble; TypeError if `d` is not an ensemble."""
    if not isinstance(d, ENSEMBLES):
        raise TypeError(f"logging_helper.ensemble_error: d must be an ensemble, found {type(d).__name__}")
    for member in d.member:
        member.elog.log_error(alg, message, err_severity)


def reduce(data1: Datum, data2: Datum, alg_id: str, alg_name: str) -> None:
    """Record in the history of `data1` that `data2` was merged into it.

    Ensembles are merged member by member (IndexError when their sizes differ). A dead `data1` is left alone; a dead
    `data2` counts, since it was an input. TypeError if the types differ or are not data objects.
    """
    if type(data1) is not type(data2):
        raise TypeError("logging_helper.reduce: data2 has a different type as data1")
    if isinstance(data1, TimeSeries | Seismogram):
        if data1.live and isinstance(data2, ProcessingHistory):
            data1.accumulate(alg_name, alg_id, atomic_type(data1), data2)
    elif isinstance(data1, ENSEMBLES) and isinstance(data2, ENSEMBLES):
        if len(data1.member) != len(data2.member):
            raise IndexError("logging_helper.reduce: data1 and data2 have different sizes of member")
        for member1, member2 in zip(members_of(data1), members_of(data2), strict=True):
            reduce(member1, member2, alg_id, alg_name)
    else:
        raise TypeError(f"logging_helper.reduce: data must be seismic data objects, found {type(data1).__name__}")
