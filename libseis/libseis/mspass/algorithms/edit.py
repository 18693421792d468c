"""Editing by Metadata: tests that kill data (executioners); with the operators, the names of mspasspy.algorithms.edit.

Dead data are never changed. Samples and gaps do not matter.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from libseis.enums import ErrorSeverity
from libseis.errors import ItemError, MsPASSError
from libseis.mspass.algorithms.metadata_operators import (
    Add,
    Add2,
    ChangeKey,
    Divide,
    Divide2,
    IntegerDivide,
    IntegerDivide2,
    MetadataOperator,
    MetadataOperatorChain,
    Mod,
    Mod2,
    Multiply,
    Multiply2,
    SetValue,
    Subtract,
    Subtract2,
    erase_metadata,
    rename_metadata,
)
from libseis.objects.kinds import DATA, ENSEMBLES, Datum

__all__ = [
    "Add",
    "Add2",
    "ChangeKey",
    "Divide",
    "Divide2",
    "Executioner",
    "FiringSquad",
    "IntegerDivide",
    "IntegerDivide2",
    "MetadataDefined",
    "MetadataEQ",
    "MetadataGE",
    "MetadataGT",
    "MetadataInterval",
    "MetadataLE",
    "MetadataLT",
    "MetadataNE",
    "MetadataOperator",
    "MetadataOperatorChain",
    "MetadataUndefined",
    "Mod",
    "Mod2",
    "Multiply",
    "Multiply2",
    "SetValue",
    "Subtract",
    "Subtract2",
    "erase_metadata",
    "rename_metadata",
]


class Executioner(ABC):
    """A test that kills data that meet it: `kill_if_true(d)`, or simply a call."""

    @abstractmethod
    def kill_if_true(self, d: Any, apply_to_members: bool = False) -> Any:
        """Kill a datum if the test is true.

        Parameters
        ----------
        d
            A datum or an ensemble.
        apply_to_members
            True to test each member of an ensemble.

        Returns
        -------
        Any
            `d` itself.
        """

    def __call__(self, d: Any, *args: Any, **kwargs: Any) -> Any:
        return self.kill_if_true(d, *args, **kwargs)

    def log_kill(
        self, d: Datum, testname: str, message: str, severity: ErrorSeverity = ErrorSeverity.Informational
    ) -> None:
        """Write to the elog why a datum was killed; it does not kill.

        Parameters
        ----------
        d
            The datum.
        testname
            Name of the test.
        message
            The reason.
        severity
            Severity of the entry.
        """
        d.elog.log_error(testname, message, severity)

    def edit_ensemble_members(self, ensemble: Any) -> Any:
        """Test every member, and kill the ensemble if all members are dead.

        Parameters
        ----------
        ensemble
            The ensemble.

        Returns
        -------
        Any
            `ensemble` itself.
        """
        for member in ensemble.member:
            self.kill_if_true(member)
        if not any(member.live for member in ensemble.member):
            ensemble.kill()
        return ensemble


class _MetadataTest(Executioner):
    """A test on one Metadata value.

    Parameters
    ----------
    key
        The Metadata name.
    verbose
        True to write to the elog why a datum was killed or could not be tested.
    """

    def __init__(self, key: str, verbose: bool = False) -> None:
        self.key = key
        self.verbose = verbose

    def _reason(self, d: Datum) -> str | None:
        """Why the datum is killed, None if it lives."""
        raise NotImplementedError

    def kill_if_true(self, d: Any, apply_to_members: bool = False) -> Any:
        """Kill a datum if the test on its Metadata is true; dead data are not changed.

        A value that cannot be compared does not kill.

        Parameters
        ----------
        d
            A datum or an ensemble.
        apply_to_members
            True to test each member of an ensemble, False to test the ensemble's own Metadata.

        Returns
        -------
        Any
            `d` itself.

        Raises
        ------
        MsPASSError
            `d` is not a data object (severity Fatal).
        """
        name = type(self).__name__
        if not isinstance(d, DATA):
            raise MsPASSError(
                f"{name}.kill_if_true: the datum must be a seismic data object, found {type(d).__name__}.",
                ErrorSeverity.Fatal,
            )
        if d.dead():
            return d
        if apply_to_members and isinstance(d, ENSEMBLES):
            return self.edit_ensemble_members(d)
        try:
            reason = self._reason(d)
        except TypeError as error:
            if self.verbose:
                self.log_kill(d, name, f"{self.key} cannot be tested: {error}", ErrorSeverity.Complaint)
            return d
        if reason is not None:
            d.kill()
            if self.verbose:
                self.log_kill(d, name, f"killed because {reason}")
        return d


class _Comparison(_MetadataTest):
    """Kills if `d[key] <op> value` is true; data without the key live.

    Parameters
    ----------
    key
        The Metadata name.
    value
        The value to compare with.
    verbose
        True to write to the elog why a datum was killed or could not be tested.
    """

    _operation: ClassVar[staticmethod[[Any, Any], Any]]
    _symbol: ClassVar[str]

    def __init__(self, key: str, value: Any, verbose: bool = False) -> None:
        super().__init__(key, verbose)
        self.value = value

    def _reason(self, d: Datum) -> str | None:
        if not d.is_defined(self.key) or not self._operation(d[self.key], self.value):
            return None
        return f"{self.key} = {d[self.key]!r} {self._symbol} {self.value!r}"


class MetadataGT(_Comparison):
    """Kill if a Metadata value is greater than a constant."""

    _operation = staticmethod(operator.gt)
    _symbol = ">"


class MetadataGE(_Comparison):
    """Kill if a Metadata value is greater than or equal to a constant."""

    _operation = staticmethod(operator.ge)
    _symbol = ">="


class MetadataLT(_Comparison):
    """Kill if a Metadata value is less than a constant."""

    _operation = staticmethod(operator.lt)
    _symbol = "<"


class MetadataLE(_Comparison):
    """Kill if a Metadata value is less than or equal to a constant."""

    _operation = staticmethod(operator.le)
    _symbol = "<="


class MetadataEQ(_Comparison):
    """Kill if a Metadata value is equal to a constant."""

    _operation = staticmethod(operator.eq)
    _symbol = "=="


class MetadataNE(_Comparison):
    """Kill if a Metadata value is not equal to a constant."""

    _operation = staticmethod(operator.ne)
    _symbol = "!="


class MetadataDefined(_MetadataTest):
    """Kill if a key is defined."""

    def _reason(self, d: Datum) -> str | None:
        return f"{self.key} is defined" if d.is_defined(self.key) else None


class MetadataUndefined(_MetadataTest):
    """Kill if a key is not defined."""

    def _reason(self, d: Datum) -> str | None:
        return None if d.is_defined(self.key) else f"{self.key} is not defined"


class MetadataInterval(_MetadataTest):
    """Kills if a value is outside an interval, or inside it; data without the key live.

    Parameters
    ----------
    key
        The Metadata name.
    lower_endpoint
        Lower end of the interval.
    upper_endpoint
        Upper end of the interval.
    use_lower_edge
        Whether the lower end belongs to the interval.
    use_upper_edge
        Whether the upper end belongs to the interval.
    kill_if_outside
        False to kill if the value is inside.
    verbose
        True to write to the elog why a datum was killed or could not be tested.
    """

    def __init__(
        self,
        key: str,
        lower_endpoint: float,
        upper_endpoint: float,
        use_lower_edge: bool = True,
        use_upper_edge: bool = True,
        kill_if_outside: bool = True,
        verbose: bool = False,
    ) -> None:
        super().__init__(key, verbose)
        self.lower_endpoint = lower_endpoint
        self.upper_endpoint = upper_endpoint
        self.use_lower_edge = use_lower_edge
        self.use_upper_edge = use_upper_edge
        self.kill_if_outside = kill_if_outside

    def _reason(self, d: Datum) -> str | None:
        if not d.is_defined(self.key):
            return None
        value = d[self.key]
        above = value >= self.lower_endpoint if self.use_lower_edge else value > self.lower_endpoint
        below = value <= self.upper_endpoint if self.use_upper_edge else value < self.upper_endpoint
        inside = above and below
        if inside is not self.kill_if_outside:
            where = "inside" if inside else "outside"
            return f"{self.key} = {value!r} is {where} {self.lower_endpoint!r} to {self.upper_endpoint!r}"
        return None


class FiringSquad(Executioner):
    """Several executioners that test in turn, until one kills.

    Parameters
    ----------
    executioner_list
        The executioners.

    Raises
    ------
    ItemError
        An item is not an Executioner (a MsPASSError of severity Fatal, and a TypeError).
    """

    def __init__(self, executioner_list: Iterable[Executioner]) -> None:
        executioners = list(executioner_list)
        for item in executioners:
            self._check(item)
        self.executioners = executioners

    @staticmethod
    def _check(item: object) -> None:
        if not isinstance(item, Executioner) or not callable(item.kill_if_true):
            raise ItemError(f"FiringSquad: every item must be an Executioner, found {type(item).__name__}.")

    def kill_if_true(self, d: Any, apply_to_members: bool = False) -> Any:
        """Apply the executioners in order; dead data are not changed.

        Parameters
        ----------
        d
            A datum or an ensemble.
        apply_to_members
            True to test each member of an ensemble.

        Returns
        -------
        Any
            `d` itself.
        """
        for executioner in self.executioners:
            if d.dead():
                break
            d = (
                executioner.kill_if_true(d, apply_to_members=apply_to_members)
                if apply_to_members
                else executioner.kill_if_true(d)
            )
        return d

    def __iadd__(self, other: Executioner) -> FiringSquad:
        self._check(other)
        self.executioners.append(other)
        return self
