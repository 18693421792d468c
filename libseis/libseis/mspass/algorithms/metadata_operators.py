"""Arithmetic on Metadata: operators with a constant, on two keys, and chains of them; erasing and renaming keys."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from libseis.enums import ErrorSeverity
from libseis.errors import ItemError, MsPASSError
from libseis.mspass.decorators import mspass_func_wrapper
from libseis.objects.kinds import DATA, ENSEMBLES, Datum


class MetadataOperator(ABC):
    """An operation on Metadata: `apply(d)`, or simply a call."""

    @abstractmethod
    def apply(self, d: Any, apply_to_members: bool = False) -> Any:
        """Change the Metadata of a datum, or of the members of an ensemble.

        Parameters
        ----------
        d
            A datum or an ensemble.
        apply_to_members
            True to change each member of an ensemble.

        Returns
        -------
        Any
            `d` itself.
        """

    @abstractmethod
    def check_keys(self, d: Any) -> bool:
        """Return whether a datum has all values that the operation needs.

        Parameters
        ----------
        d
            The datum.

        Returns
        -------
        bool
            True if it has all of them.
        """

    @abstractmethod
    def check_operation(self, d: Any) -> bool:
        """Return whether the values of a datum allow the operation.

        Parameters
        ----------
        d
            The datum.

        Returns
        -------
        bool
            True if they do.
        """

    def __call__(self, d: Any, *args: Any, **kwargs: Any) -> Any:
        return self.apply(d, *args, **kwargs)

    def log_edit(
        self, d: Datum, testname: str, message: str, severity: ErrorSeverity = ErrorSeverity.Informational
    ) -> None:
        """Write to the elog what was changed, or why nothing was.

        Parameters
        ----------
        d
            The datum.
        testname
            Name of the operation.
        message
            What is to be told.
        severity
            Severity of the entry.
        """
        d.elog.log_error(testname, message, severity)

    def edit_ensemble_members(self, ensemble: Any) -> Any:
        """Apply the operation to every live member, and kill the ensemble if all members are dead then.

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
            if member.live:
                self.apply(member)
        if not any(member.live for member in ensemble.member):
            ensemble.kill()
        return ensemble


class _Operator(MetadataOperator):
    """What all operators do: check data and keys, then compute; a datum where that fails is killed."""

    def _needed(self) -> tuple[str, ...]:
        raise NotImplementedError

    def _operate(self, d: Datum) -> None:
        raise NotImplementedError

    def check_keys(self, d: Any) -> bool:
        """Return whether a datum has all values that the operation needs.

        Parameters
        ----------
        d
            The datum.

        Returns
        -------
        bool
            True if it has all of them.
        """
        return all(d.is_defined(key) for key in self._needed())

    def check_operation(self, d: Any) -> bool:
        """Return whether the values of a datum allow the operation.

        Parameters
        ----------
        d
            The datum.

        Returns
        -------
        bool
            True if they do.
        """
        return self._problem(d) is None

    def _problem(self, d: Datum) -> str | None:
        return None

    def apply(self, d: Any, apply_to_members: bool = False) -> Any:
        """Apply the operation to the Metadata of a datum, in place; dead data are not changed.

        A missing key, or values that do not allow the operation, kill the datum, with an elog entry.

        Parameters
        ----------
        d
            A datum or an ensemble.
        apply_to_members
            True to change each member of an ensemble, False to change the ensemble's own Metadata.

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
                f"{name}.apply: the datum must be a seismic data object, found {type(d).__name__}.",
                ErrorSeverity.Fatal,
            )
        if d.dead():
            return d
        if apply_to_members and isinstance(d, ENSEMBLES):
            return self.edit_ensemble_members(d)
        missing = [key for key in self._needed() if not d.is_defined(key)]
        problem = f"the Metadata has no {' and no '.join(missing)}" if missing else self._problem(d)
        if problem is None:
            try:
                self._operate(d)
            except (TypeError, ValueError, ArithmeticError) as error:
                problem = f"the operation failed: {error}"
        if problem is not None:
            self.log_edit(d, name, problem, ErrorSeverity.Invalid)
            d.kill()
        return d


class ChangeKey(_Operator):
    """Rename a Metadata key.

    Parameters
    ----------
    oldkey
        The present name.
    newkey
        The new name.
    erase_old
        False to keep the value under the old name too.

    Raises
    ------
    MsPASSError
        A name is not text (severity Fatal).
    """

    def __init__(self, oldkey: str, newkey: str, erase_old: bool = True) -> None:
        for name in (oldkey, newkey):
            if not isinstance(name, str):
                raise MsPASSError(f"ChangeKey: oldkey and newkey must be text, found {name!r}.", ErrorSeverity.Fatal)
        self.oldkey = oldkey
        self.newkey = newkey
        self.erase_old = erase_old

    def _needed(self) -> tuple[str, ...]:
        return (self.oldkey,)

    def _operate(self, d: Datum) -> None:
        d[self.newkey] = d[self.oldkey]
        if self.erase_old:
            d.erase(self.oldkey)


class SetValue(_Operator):
    """Set a Metadata key to a constant.

    Parameters
    ----------
    key
        The name.
    constant_value
        The value.
    """

    def __init__(self, key: str, constant_value: Any = 0) -> None:
        self.key = key
        self.constant_value = constant_value

    def _needed(self) -> tuple[str, ...]:
        return ()

    def _operate(self, d: Datum) -> None:
        d[self.key] = self.constant_value


class _WithConstant(_Operator):
    """The operation d[key] = d[key] <operation> value.

    Parameters
    ----------
    key
        The Metadata name.
    value
        The constant.
    """

    _operation: ClassVar[staticmethod[[Any, Any], Any]]

    def __init__(self, key: str, value: Any = 1) -> None:
        self.key = key
        self.value = value

    def _needed(self) -> tuple[str, ...]:
        return (self.key,)

    def _operate(self, d: Datum) -> None:
        d[self.key] = self._operation(d[self.key], self.value)


class Add(_WithConstant):
    """Add a constant to a value."""

    _operation = staticmethod(operator.add)


class Subtract(_WithConstant):
    """Subtract a constant from a value."""

    _operation = staticmethod(operator.sub)


class Multiply(_WithConstant):
    """Multiply a value by a constant."""

    _operation = staticmethod(operator.mul)


class Divide(_WithConstant):
    """Divide a value by a constant."""

    _operation = staticmethod(operator.truediv)


class IntegerDivide(_WithConstant):
    """Divide a value by a constant, rounding down."""

    _operation = staticmethod(operator.floordiv)


class Mod(_WithConstant):
    """The remainder of a value divided by a constant."""

    _operation = staticmethod(operator.mod)


class _OfTwo(_Operator):
    """The operation d[keyout] = d[key1] <operation> d[key2].

    Parameters
    ----------
    keyout
        Metadata name of the result.
    key1
        Metadata name of the left value.
    key2
        Metadata name of the right value.
    """

    _operation: ClassVar[staticmethod[[Any, Any], Any]]

    def __init__(self, keyout: str, key1: str, key2: str) -> None:
        self.keyout = keyout
        self.key1 = key1
        self.key2 = key2

    def _needed(self) -> tuple[str, ...]:
        return (self.key1, self.key2)

    def _operate(self, d: Datum) -> None:
        d[self.keyout] = self._operation(d[self.key1], d[self.key2])


class Add2(_OfTwo):
    """The sum of two values."""

    _operation = staticmethod(operator.add)


class Subtract2(_OfTwo):
    """The difference of two values."""

    _operation = staticmethod(operator.sub)


class Multiply2(_OfTwo):
    """The product of two values."""

    _operation = staticmethod(operator.mul)


class Divide2(_OfTwo):
    """The quotient of two values."""

    _operation = staticmethod(operator.truediv)


class IntegerDivide2(_OfTwo):
    """The quotient of two values, rounded down."""

    _operation = staticmethod(operator.floordiv)


class Mod2(_OfTwo):
    """The remainder of one value divided by another."""

    _operation = staticmethod(operator.mod)


class MetadataOperatorChain(MetadataOperator):
    """Several operators that are applied in turn.

    Parameters
    ----------
    operator_list
        The operators.

    Raises
    ------
    ItemError
        An item is not a MetadataOperator (a MsPASSError of severity Fatal, and a TypeError).
    """

    def __init__(self, operator_list: Iterable[MetadataOperator]) -> None:
        operators = list(operator_list)
        for item in operators:
            self._check(item)
        self.oplist = operators

    @staticmethod
    def _check(item: object) -> None:
        if not isinstance(item, MetadataOperator) or not callable(item.apply):
            raise ItemError(
                f"MetadataOperatorChain: every item must be a MetadataOperator, found {type(item).__name__}."
            )

    def check_keys(self, d: Any) -> bool:
        """Return whether a datum has all values that the operators need.

        Parameters
        ----------
        d
            The datum.

        Returns
        -------
        bool
            True if it has all of them.
        """
        return all(item.check_keys(d) for item in self.oplist)

    def check_operation(self, d: Any) -> bool:
        """Return whether the values of a datum allow all operations.

        Parameters
        ----------
        d
            The datum.

        Returns
        -------
        bool
            True if they do.
        """
        return all(item.check_operation(d) for item in self.oplist)

    def apply(self, d: Any, apply_to_members: bool = False) -> Any:
        """Apply the operators in order; a datum that is dead is not changed any more.

        Parameters
        ----------
        d
            A datum or an ensemble.
        apply_to_members
            True to change each member of an ensemble.

        Returns
        -------
        Any
            `d` itself.
        """
        for item in self.oplist:
            if d.dead():
                break
            d = item.apply(d, **({"apply_to_members": True} if apply_to_members else {}))
        return d

    def __iadd__(self, other: MetadataOperator) -> MetadataOperatorChain:
        self._check(other)
        self.oplist.append(other)
        return self


@mspass_func_wrapper
def erase_metadata(d: Datum, keylist: Iterable[str], apply_to_members: bool = False) -> Datum:
    """Erase keys; keys that are not defined are ignored.

    Parameters
    ----------
    d
        A datum or an ensemble.
    keylist
        The keys.
    apply_to_members
        True to erase them from each member of an ensemble.

    Returns
    -------
    Datum
        `d` itself.
    """
    keys = list(keylist)
    for target in d.member if apply_to_members and isinstance(d, ENSEMBLES) else [d]:
        for key in keys:
            target.erase(key)
    return d


@mspass_func_wrapper
def rename_metadata(d: Datum, names: Mapping[str, str], apply_to_members: bool = False) -> Datum:
    """Rename keys; keys that are not defined are ignored.

    A value that is already under a new name is replaced. Names may be swapped.

    Parameters
    ----------
    d
        A datum or an ensemble.
    names
        The new name of each old name.
    apply_to_members
        True to rename them in each member of an ensemble.

    Returns
    -------
    Datum
        `d` itself.
    """
    for target in d.member if apply_to_members and isinstance(d, ENSEMBLES) else [d]:
        values = {new: target[old] for old, new in names.items() if target.is_defined(old)}
        for old in names:
            target.erase(old)
        for new, value in values.items():
            target[new] = value
    return d
