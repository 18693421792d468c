"""Calibration: sensitivities out of a channel collection are applied to data (mspasspy.algorithms.calib)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.decorators.several import is_input_dead
from libseis.mspass.pickles import loads
from libseis.objects.kinds import Ensemble, is_finite_real
from libseis.objects.samples import samples
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble
from libseis.units import parse, scaled

ALGORITHM = "ApplyCalibEngine.apply_calib"

# sensitivities are counts per m/s; MsPASS's calib gives nm/s
NANO = 1.0e9


class _Collection(Protocol):
    def find(self, query: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]: ...


class _Database(Protocol):
    def __getitem__(self, name: str) -> _Collection: ...


def _sensitivity(data: bytes, units: Sequence[str]) -> tuple[float, str] | None:
    """Counts per SI unit of the input, and that unit; None if the metadata do not have them or use other units."""
    try:
        # unpickled with restrictions, because a database must not be able to run code here
        channel = loads(data, ("obspy.core.",))
    except Exception:
        return None
    response = getattr(channel, "response", channel)
    sensitivity = getattr(response, "instrument_sensitivity", None)
    if sensitivity is None or not sensitivity.value or sensitivity.input_units not in units:
        return None
    unit = parse(sensitivity.input_units)
    return (float(sensitivity.value), "") if unit is None else (float(sensitivity.value) / unit.factor, unit.si)


class ApplyCalibEngine:
    """Multiplies samples by the calibration of their channel, in nm/s a count.

    `db` is a pymongo database (only `db[collection].find(query)` is called); each document's `response_data_key` holds
    an obspy Channel or Response in pickled form. Channels whose sensitivity is not in one of the units `ounits` are
    left out. MsPASSError (Fatal) when none is left. `calib` maps the documents' ids, as texts, to factors.
    """

    _units: Mapping[str, str] = MappingProxyType({})  # of channels whose factor was set by hand nothing is known

    def __init__(
        self,
        db: _Database,
        query: Mapping[str, Any] | None = None,
        collection: str = "channel",
        ounits: Sequence[str] = ("m/s", "M/S"),
        response_data_key: str = "serialized_channel_data",
        verbose: bool = False,
    ) -> None:
        self.calib: dict[str, float] = {}
        self._units = {}
        left_out = 0
        for document in db[collection].find(dict(query or {})):
            data = document.get(response_data_key)
            sensitivity = _sensitivity(data, ounits) if isinstance(data, bytes) else None
            if sensitivity is None:
                left_out += 1
            else:
                self.calib[str(document["_id"])] = NANO / sensitivity[0]
                self._units[str(document["_id"])] = scaled(sensitivity[1], NANO)
        if verbose:
            print(f"ApplyCalibEngine: {len(self.calib)} channels have a calibration, {left_out} were left out")
        if not self.calib:
            raise MsPASSError(
                f"Database has no valid response data: none of {left_out} documents of {collection!r} has a "
                f"sensitivity in {', '.join(ounits)} under {response_data_key!r}.",
                ErrorSeverity.Fatal,
            )

    def size(self) -> int:
        """Number of channels with a calibration."""
        return len(self.calib)

    def apply_calib(self, d: Any, id_key: str = "channel_id", kill_if_undefined: bool = True) -> Any:
        """Calibrate a TimeSeries or all members of a TimeSeriesEnsemble in place and return it.

        `id_key` names the channel's id in the Metadata; Seismograms need a list of three. units become nm/s, calib the
        product of all factors applied; one that was there already is a Complaint, a senseless one kills. Data without
        a known channel are killed, or left alone with a Complaint. Dead data are left alone; gaps are scaled like
        samples. ValueError if `d` is not a data object.
        """
        if isinstance(d, TimeSeriesEnsemble | SeismogramEnsemble):
            return self._apply_to_members(d, id_key, kill_if_undefined)
        if not isinstance(d, TimeSeries | Seismogram):
            raise ValueError(
                f"Illegal input data type {type(d).__name__}; a TimeSeries or TimeSeriesEnsemble is needed"
            )
        if is_input_dead(d):
            return d
        factor = self._factor(d, id_key)
        if isinstance(factor, str):
            severity = ErrorSeverity.Invalid if kill_if_undefined else ErrorSeverity.Complaint
            d.elog.log_error(ALGORITHM, factor, severity)
            if kill_if_undefined:
                d.kill()
            return d
        old = d["calib"] if d.is_defined("calib") else 1.0
        if not is_finite_real(old):
            d.elog.log_error(
                ALGORITHM,
                f"Existing calib metadata must be a finite numeric value, found {old!r}",
                ErrorSeverity.Invalid,
            )
            d.kill()
            return d
        if old != 1.0:
            d.elog.log_error(
                ALGORITHM,
                f"calib was {old} already; the samples were multiplied by {factor}, calib is the product now",
                ErrorSeverity.Complaint,
            )
        x = samples(d)
        x *= factor
        d["calib"] = float(old) * factor
        key = d[id_key][0] if isinstance(d[id_key], list) else d[id_key]
        if units := self._units.get(str(key)):
            d["units"] = units
        return d

    def _apply_to_members(self, ensemble: Ensemble, id_key: str, kill_if_undefined: bool) -> Ensemble:
        for member in ensemble.member:
            self.apply_calib(member, id_key, kill_if_undefined)
        return ensemble

    def _factor(self, d: TimeSeries | Seismogram, id_key: str) -> float | str:
        """The factor of the datum's channel, or the reason why it has no factor."""
        if not d.is_defined(id_key):
            return f"the Metadata has no {id_key}; the channel's calibration cannot be found"
        key = d[id_key]
        if isinstance(d, Seismogram) and isinstance(key, list):
            factors = {self.calib.get(str(item)) for item in key}
            found = factors.pop() if len(factors) == 1 else None
            problem = f"the channels {key} have no common calibration"
        else:
            found = self.calib.get(str(key))
            problem = f"there is no calibration for the channel with {id_key} {key}"
        return problem if found is None else found
