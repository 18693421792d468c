"""Janitor: erase, collect or bag Metadata that a workflow no longer needs, by lists of keys to keep."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from libseis.enums import ErrorSeverity
from libseis.errors import DefinitionError, MsPASSError
from libseis.objects.kinds import DATA, ENSEMBLES, Datum
from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries

DATA_FOLDER = Path(__file__).parent / "data"
DEFAULT_FILE = "janitor.yaml"
MSPASS_FILE = "Janitor.yaml"


def _locate(keepers_file: str | os.PathLike[str] | None) -> Path:
    """None: Janitor.yaml of `$MSPASS_HOME/data/yaml` or the packaged lists; a bare name is looked for there too."""
    home = os.environ.get("MSPASS_HOME")
    folders = [Path(home, "data", "yaml")] if home else []
    if keepers_file is None:
        candidates = [folder / MSPASS_FILE for folder in folders]
        return next((path for path in candidates if path.is_file()), DATA_FOLDER / DEFAULT_FILE)
    path = Path(keepers_file)
    candidates = [path] if path.name != str(path) else [path, DATA_FOLDER / path, *(f / path for f in folders)]
    return next((candidate for candidate in candidates if candidate.is_file()), path)


class _KeepersFileError(DefinitionError, FileNotFoundError):
    """A keepers file does not exist. The class is also a FileNotFoundError, which scripts expect."""


def _read(path: Path) -> dict[str, list[str]]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        # scripts match on the first words, which are MsPASS's
        raise _KeepersFileError(
            f"Cannot open keepers_file={path}: {error.strerror}.", ErrorSeverity.Fatal, source=str(path)
        ) from error
    except yaml.YAMLError as error:
        raise DefinitionError(f"Cannot parse keepers_file={path}: {error}", source=str(path)) from error
    lists = content if isinstance(content, dict) else {}
    for kind in ("TimeSeries", "Seismogram"):
        if kind not in lists:
            raise DefinitionError(
                f"keepers_file={path} must have a list {kind}.", ErrorSeverity.Fatal, source=str(path)
            )
    for kind, keys in lists.items():
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise DefinitionError(
                f"keepers_file={path}: {kind} must be a list of keys, found {keys!r}.",
                ErrorSeverity.Fatal,
                source=str(path),
            )
    return lists


class Janitor:
    """Removes Metadata that are not on the lists of keepers; samples, elog and history are never touched.

    `keepers_file` is a YAML file with lists TimeSeries and Seismogram and an optional list Ensemble (the container's
    own Metadata); the other arguments replace one list each, an empty list too. With `process_ensemble_members` an
    ensemble's members are cleaned as well as the ensemble. DefinitionError (a MsPASSError, Fatal) when the file cannot
    be read; it is a FileNotFoundError too where the file is not there.
    """

    def __init__(
        self,
        keepers_file: str | os.PathLike[str] | None = None,
        TimeSeries_keepers: Iterable[str] | None = None,
        Seismogram_keepers: Iterable[str] | None = None,
        ensemble_keepers: Iterable[str] | None = None,
        process_ensemble_members: bool = True,
    ) -> None:
        lists = _read(_locate(keepers_file))
        self.TimeSeries_keepers = list(lists["TimeSeries"] if TimeSeries_keepers is None else TimeSeries_keepers)
        self.Seismogram_keepers = list(lists["Seismogram"] if Seismogram_keepers is None else Seismogram_keepers)
        self.ensemble_keepers = list(lists.get("Ensemble", []) if ensemble_keepers is None else ensemble_keepers)
        self.process_ensemble_members = process_ensemble_members

    def add2keepers(self, key: str, keeper_type: str = "atomic") -> None:
        """Keep `key` too, on the lists "atomic" (TimeSeries and Seismogram), "TimeSeries", "Seismogram" or "ensemble".

        ValueError for another list.
        """
        lists = {
            "atomic": (self.TimeSeries_keepers, self.Seismogram_keepers),
            "TimeSeries": (self.TimeSeries_keepers,),
            "Seismogram": (self.Seismogram_keepers,),
            "ensemble": (self.ensemble_keepers,),
        }
        if keeper_type not in lists:
            raise ValueError(
                f"Janitor.add2keepers: keeper_type must be one of {', '.join(lists)}, found {keeper_type!r}"
            )
        for keepers in lists[keeper_type]:
            if key not in keepers:
                keepers.append(key)

    def _check(self, d: object, method: str) -> None:
        if not isinstance(d, DATA):
            raise MsPASSError(
                f"Janitor.{method}: Cannot process {type(d).__name__}; it must be a seismic data object.",
                ErrorSeverity.Fatal,
            )

    def _keepers(self, d: Datum) -> list[str]:
        if isinstance(d, TimeSeries):
            return self.TimeSeries_keepers
        return self.Seismogram_keepers if isinstance(d, Seismogram) else self.ensemble_keepers

    def _sweep(self, d: Datum) -> dict[str, Any]:
        """Remove the Metadata of one object that are not on the lists, and return them."""
        keepers = set(self._keepers(d))
        trash = {key: d[key] for key in d.keys() if key not in keepers}  # noqa: SIM118 (a snapshot of the keys)
        for key in trash:
            d.erase(key)
        return trash

    def clean(self, d: Datum) -> Datum:
        """Erase Metadata that are not on the lists and return the datum; dead data are not changed.

        MsPASSError (Fatal) if `d` is not a data object.
        """
        self._check(d, "clean")
        if d.dead():
            return d
        self._sweep(d)
        if isinstance(d, ENSEMBLES) and self.process_ensemble_members:
            for member in d.member:
                self.clean(member)
        return d

    def collect_trash(self, d: Datum) -> dict[str, Any] | Datum:
        """Erase Metadata of the object that are not on the lists and return them; a dead datum is returned itself.

        Members of an ensemble are not changed: their trash belongs to them. MsPASSError (Fatal) if `d` is not a data
        object.
        """
        self._check(d, "collect_trash")
        return d if d.dead() else self._sweep(d)

    def bag_trash(self, d: Datum, trashbag_key: str = "trash", ensemble_trashbag_key: str = "ensemble_trash") -> Datum:
        """Move Metadata that are not on the lists into a dict under `trashbag_key` (or `ensemble_trashbag_key`).

        Dead data and data without trash are returned unchanged. MsPASSError (Fatal) if `d` is not a data object.
        """
        self._check(d, "bag_trash")
        if d.dead():
            return d
        key = ensemble_trashbag_key if isinstance(d, ENSEMBLES) else trashbag_key
        trash = self._sweep(d)
        bag = trash.pop(key, {})
        if trash or bag:
            d[key] = {**bag, **trash}
        if isinstance(d, ENSEMBLES) and self.process_ensemble_members:
            for member in d.member:
                self.bag_trash(member, trashbag_key, ensemble_trashbag_key)
        return d


class MiniseedJanitor(Janitor):
    """A Janitor for data from indexed miniSEED files, which uses the packaged lists and ignores $MSPASS_HOME.

    The lists do not have the names that an index needs to find the records (dir, dfile, foff, ...), so these are
    removed.
    """

    def __init__(
        self, keepers_file: str | os.PathLike[str] | None = None, process_ensemble_members: bool = True
    ) -> None:
        packaged = DATA_FOLDER / DEFAULT_FILE
        super().__init__(packaged if keepers_file is None else keepers_file, None, None, None, process_ensemble_members)
