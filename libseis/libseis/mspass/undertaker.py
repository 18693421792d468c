"""Undertaker: store documents about dead data (cemetery, abortions), and free their memory.

The database is an argument. Only `db[collection].insert_one(document)` is called, as in pymongo, and its errors are
passed on. Documents are as in MsPASS (libseis/data/seis.yaml). A database with writers of its own for logs and
histories, as mspasspy's Database has (`_save_elog`, `_save_history`), is given the data instead.
"""

from __future__ import annotations

import datetime
import pickle
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from libseis.enums import ErrorSeverity
from libseis.objects.errorlogger import ErrorLogger
from libseis.objects.history import ProcessingHistory
from libseis.objects.kinds import ATOMIC, DATA, ENSEMBLES, Atomic, Datum, Ensemble, members_of
from libseis.objects.metadata import Metadata


class Collection(Protocol):
    """The methods of a pymongo Collection that are used here."""

    def insert_one(self, document: dict[str, Any]) -> Any: ...


class Database(Protocol):
    """The methods of a pymongo Database that are used here."""

    def __getitem__(self, name: str) -> Collection: ...

    def get_collection(self, name: str) -> Collection: ...


STORABLE = (str, int, float, bool, bytes, datetime.datetime, type(None))


def _storable(value: Any) -> Any:
    """The value in a form that a database can store; other values become text."""
    if isinstance(value, STORABLE) or type(value).__module__.startswith("bson"):
        return value
    if isinstance(value, Mapping | Metadata):
        return {str(key): _storable(value[key]) for key in value.keys()}  # noqa: SIM118 (Metadata has no items())
    if isinstance(value, np.ndarray | np.generic):
        return _storable(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [_storable(item) for item in value]
    return repr(value)


def log_documents(elog: ErrorLogger) -> list[dict[str, Any]]:
    """The entries of an error log as the collections elog and cemetery keep them."""
    return [
        {
            "job_id": entry.job_id,
            "algorithm": entry.algorithm,
            "badness": str(entry.badness),
            "error_message": entry.message,
            "process_id": entry.p_id,
        }
        for entry in elog.get_error_log()
    ]


def _need(d: object, kinds: tuple[type, ...], method: str) -> None:
    if not isinstance(d, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"Undertaker.{method}: expected {wanted}, found {type(d).__name__}")


def _with_members(ensemble: Ensemble, members: Sequence[Atomic]) -> Ensemble:
    """A new ensemble with the same Metadata and log and copies of these members; live if any member is."""
    out = type(ensemble)(ensemble._get_ensemble_md(), len(members))
    out.elog = ensemble.elog
    for member in members:
        members_of(out).append(member)
    out.set_live()
    return out


class _DataTagError(TypeError, AttributeError):
    """A data_tag is not text. MsPASS does not set the attribute then, so its users get AttributeError."""


class Undertaker:
    """Bury, mummify or cremate dead data.

    `db` takes the documents: dead data go to `regular_data_collection`, data that could not be built (Metadata
    is_abortion True) to `aborted_data_collection`, both marked with `data_tag` if given. TypeError if `db` is not a
    database or `data_tag` is not a text. Gaps do not matter.
    """

    def __init__(
        self,
        db: Database,
        regular_data_collection: str = "cemetery",
        aborted_data_collection: str = "abortions",
        data_tag: str | None = None,
    ) -> None:
        if not callable(getattr(db, "get_collection", None)):
            raise TypeError(f"Undertaker: db must be a pymongo Database, found {type(db).__name__}")
        if not isinstance(data_tag, str | None):
            raise _DataTagError(f"Undertaker: data_tag must be a text, found {type(data_tag).__name__}")
        self.db = db
        self.regular_data_collection = regular_data_collection
        self.aborted_data_collection = aborted_data_collection
        self.data_tag = data_tag

    def _is_abortion(self, d: Atomic) -> bool:
        """True for a datum that could not be built. A dead datum without is_abortion gets a Complaint."""
        _need(d, ATOMIC, "_is_abortion")
        if d.is_defined("is_abortion"):
            return bool(d.get_bool("is_abortion"))
        if d.dead():
            d.elog.log_error(
                "Undertaker",
                # MsPASS's words, which scripts look for
                "Undertaker._is_abortion: Warning:  dead datum has is_abortion attribute undefined - assumed False\n"
                "MsPASS readers should always set this attribute",
                ErrorSeverity.Complaint,
            )
        return False

    def _insert(self, collection: str, document: dict[str, Any]) -> Any:
        if self.data_tag is not None:
            document["data_tag"] = self.data_tag
        return self.db[collection].insert_one(document).inserted_id

    def handle_abortion(self, doc_or_datum: Atomic | Metadata | Mapping[str, Any], type: str | None = None) -> Any:
        """Store a document about a datum that could not be built, and return its id.

        `type` says what it should have become (default: its class, "unknown" for a dict or Metadata). TypeError for
        anything but an atomic datum, Metadata or a dict.
        """
        _need(doc_or_datum, (*ATOMIC, Metadata, Mapping), "handle_abortion")
        document: dict[str, Any] = {"tombstone": _storable(doc_or_datum), "type": type or "unknown"}
        if isinstance(doc_or_datum, ATOMIC):
            document["type"] = type or str(doc_or_datum.__class__)
            if doc_or_datum.elog.size():
                document["logdata"] = log_documents(doc_or_datum.elog)
        return self._insert(self.aborted_data_collection, document)

    def _bury_one(self, d: Atomic) -> Any:
        """Store the log and the tombstone of a dead datum; the id of the document."""
        if writer := getattr(self.db, "_save_elog", None):
            return writer(d, collection=self.regular_data_collection, data_tag=self.data_tag)
        document = {"logdata": log_documents(d.elog), "tombstone": _storable(Metadata(d))}
        return self._insert(self.regular_data_collection, document)

    def _save_history(self, d: Atomic) -> None:
        if writer := getattr(self.db, "_save_history", None):
            writer(d, alg_name="Undertaker.bury")
            return
        if d.is_empty():
            return
        document: dict[str, Any] = {
            "save_uuid": d.id(),
            "save_stage": d.stage(),
            "processing_history": pickle.dumps(ProcessingHistory(d)),
            "alg_name": "Undertaker.bury",
            "alg_id": "0",
        }
        if d.jobname():
            document["job_name"] = d.jobname()
        if d.jobid():
            document["job_id"] = d.jobid()
        self.db["history_object"].insert_one(document)

    def bury(self, mspass_object: Datum, save_history: bool = False, mummify_atomic_data: bool = True) -> Datum:
        """Store the tombstones (all Metadata) and logs of dead data.

        A dead atomic datum is returned with the id of its document as cemetery_id and, with `mummify_atomic_data`,
        without samples and log. A live one is returned as it is. Of an ensemble a new one with the live members comes
        back, the dead ones buried; all of a dead ensemble are. With `save_history` the history goes to history_object.
        TypeError if it is not a data object.
        """
        _need(mspass_object, DATA, "bury")
        if isinstance(mspass_object, ENSEMBLES):
            dead = self._kill_with_ensemble(mspass_object)
            for member in dead:
                self.bury(member, save_history, mummify_atomic_data)
            return _with_members(mspass_object, [member for member in mspass_object.member if member.live])
        if mspass_object.live:
            return mspass_object
        if self._is_abortion(mspass_object):
            self.handle_abortion(mspass_object)
        else:
            mspass_object["cemetery_id"] = self._bury_one(mspass_object)
        if save_history:
            self._save_history(mspass_object)
        if mummify_atomic_data:
            # the document has the log now, and a copy in the Metadata would only use memory
            mspass_object.elog.clear()
            self.mummify(mspass_object, post_elog=False)
        return mspass_object

    def bury_the_dead(self, mspass_object: Datum, save_history: bool = True, mummify_atomic_data: bool = True) -> Datum:
        """Deprecated name of `bury`."""
        warnings.warn("bury_the_dead is deprecated, call bury", DeprecationWarning, stacklevel=2)
        return self.bury(mspass_object, save_history, mummify_atomic_data)

    @staticmethod
    def _kill_with_ensemble(ensemble: Ensemble) -> list[Atomic]:
        """The dead members; in a dead ensemble, all members count as dead."""
        if ensemble.dead():
            for member in ensemble.member:
                member.kill()
        return [member for member in ensemble.member if member.dead()]

    def cremate(self, mspass_object: Datum) -> Datum:
        """Let dead data disappear: a dead datum becomes an empty one of its class, an ensemble keeps its live members.

        Live data are returned as they are; abortions are stored also here. TypeError if it is not a data object.
        """
        _need(mspass_object, DATA, "cremate")
        if isinstance(mspass_object, ENSEMBLES):
            for member in self._kill_with_ensemble(mspass_object):
                if self._is_abortion(member):
                    self.handle_abortion(member)
            return _with_members(mspass_object, [member for member in mspass_object.member if member.live])
        if mspass_object.live:
            return mspass_object
        if self._is_abortion(mspass_object):
            self.handle_abortion(mspass_object)
        return type(mspass_object)()

    def bring_out_your_dead(
        self, d: Ensemble, bury: bool = False, save_history: bool = False, mummify_atomic_data: bool = True
    ) -> list[Ensemble]:
        """[live, dead]: two new ensembles with the live and the dead members, both with the input's Metadata.

        With `bury` each dead member is buried first (see there for the other arguments). All members of a dead
        ensemble count as dead. TypeError if `d` is not an ensemble.
        """
        _need(d, ENSEMBLES, "bring_out_your_dead")
        bodies = self._kill_with_ensemble(d)
        if bury:
            for member in bodies:
                self.bury(member, save_history, mummify_atomic_data)
        dead = _with_members(d, bodies)
        dead.kill()
        return [_with_members(d, [member for member in d.member if member.live]), dead]

    def mummify(self, mspass_object: Datum, post_elog: bool = True, post_history: bool = False) -> Datum:
        """Free the memory of dead data in place by removing their samples.

        With `post_elog` the log's entries move to the Metadata as error_log; with `post_history` the history moves
        there as processing_history (pickled). Live data are not changed. Dead members of an ensemble, and all members
        of a dead ensemble, are mummified. TypeError if it is not a data object.
        """
        _need(mspass_object, DATA, "mummify")
        if isinstance(mspass_object, ENSEMBLES):
            for member in self._kill_with_ensemble(mspass_object):
                self.mummify(member, post_elog, post_history)
            return mspass_object
        if mspass_object.live:
            return mspass_object
        mspass_object.set_npts(0)
        if post_elog:
            mspass_object["error_log"] = log_documents(mspass_object.elog)
            mspass_object.elog.clear()
        if post_history:
            mspass_object["processing_history"] = pickle.dumps(ProcessingHistory(mspass_object))
            mspass_object.clear_history()
        return mspass_object
