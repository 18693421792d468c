"""Errors of misfit measurement and the closed list of reasons why a station or component has no measurement."""

from __future__ import annotations

from enum import StrEnum

from ..enums import ErrorSeverity
from ..errors import MsPASSError


class Reason(StrEnum):
    """Why a component could not be measured. Documents store the value."""

    NO_OBSERVED = "no_observed"
    NO_SYNTHETIC = "no_synthetic"
    AMBIGUOUS_COMPONENT = "ambiguous_component"
    NO_OVERLAP = "no_overlap"
    GAP = "gap"
    NOT_FINITE = "not_finite"
    ZERO_TRACE = "zero_trace"
    RATE_MISMATCH = "rate_mismatch"
    UNSUPPORTED_RATE = "unsupported_rate"
    NO_RESPONSE = "no_response"
    OTHER_UNITS = "other_units"
    NO_COORDINATES = "no_coordinates"
    STATION_AT_SOURCE = "station_at_source"
    NO_WINDOWS = "no_windows"
    NO_STORED_WINDOWS = "no_stored_windows"
    MEASUREMENT_FAILED = "measurement_failed"
    PROCESSING_FAILED = "processing_failed"


class MisfitError(MsPASSError):
    """A component or station that cannot be measured.

    Parameters
    ----------
    message
        What was wrong, what was expected, and what to do.
    reason
        Why it cannot be measured.
    seed_id
        The channel; "" for the whole station.
    """

    def __init__(self, message: str, reason: Reason, *, seed_id: str = "") -> None:
        super().__init__(message, ErrorSeverity.Invalid)
        self.reason = reason
        self.seed_id = seed_id


class ManagerError(MsPASSError):
    """A step of a Manager was called before its data were there.

    Parameters
    ----------
    message
        What was wrong, what was expected, and what to do.
    needs
        Name of the missing data.
    """

    def __init__(self, message: str, *, needs: str = "") -> None:
        super().__init__(message, ErrorSeverity.Invalid)
        self.needs = needs


class ConfigError(MsPASSError):
    """A setting of a misfit Config that cannot be used.

    Parameters
    ----------
    message
        What was wrong, what was expected, and what to do.
    key
        Name of the setting.
    """

    def __init__(self, message: str, *, key: str = "") -> None:
        super().__init__(message, ErrorSeverity.Invalid)
        self.key = key
