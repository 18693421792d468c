"""Arithmetic on Metadata: operators with a constant, on two keys, and chains of them; erasing and renaming keys."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.decorators import mspass_func_wrapper
from libseis.objects.kinds import DATA, ENSEMBLES, Datum


class MetadataOperator(ABC):
    """An operation on Metadata: `apply(d)`, or simply a call."""

    @abstractmethod
    def apply(self, d: Any, apply_to_members: bool = False) -> Any:
        """Change the Metadata of `d`, or of the members of an ensemble, and return it."""

    @abstractmethod
    def check_keys(self, d: Any) -> bool:
        """True if `d` has all the values the operation needs."""

    @abstractmethod
    def check_operation(self, d: Any) -> bool:
        """True if the values of `d` allow the operation."""

    def __call__(self, d: Any, *args: Any, **kwargs: Any) -> Any:
        return self.apply(d, *args, **kwargs)


class _Operator(MetadataOperator):
    """The common course: data checks, keys, the operation; what cannot be computed kills with an elog entry."""

    def _needed(self) -> tuple[str, ...]:
        raise NotImplementedError

    def _operate(self, d: Datum) -> None:
        raise NotImplementedError

    def check_keys(self, d: Any) -> bool:
        return all(d.is_defined(key) for key in self._needed())

    def check_operation(self, d: Any) -> bool:
        return self._problem(d) is None

    def _problem(self, d: Datum) -> str | None:
        return None

    def apply(self, d: Any, apply_to_members: bool = False) -> Any:
        """Do the operation on the datum's Metadata, in place, and return it; dead data are left alone.

        With `apply_to_members` it is done on each member of an ensemble, otherwise on the ensemble's own Metadata. A
        missing key, or values that do not allow the operation, kill the datum with an elog entry. MsPASSError (Fatal)
        when `d` is no data object.
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
            for member in d.member:
                self.apply(member)
            if not any(member.live for member in d.member):
                d.kill()
            return d
        missing = [key for key in self._needed() if not d.is_defined(key)]
        problem = f"the Metadata has no {' and no '.join(missing)}" if missing else self._problem(d)
        if problem is None:
            try:
                self._operate(d)
            except (TypeError, ValueError, ArithmeticError) as error:
                problem = f"the operation failed: {error}"
        if problem is not None:
            d.elog.log_error(name, problem, ErrorSeverity.Invalid)
            d.kill()
        return d


class ChangeKey(_Operator):
    """Rename a key. With `erase_old` False the value is kept under the old key too."""

    def __init__(self, oldkey: str, newkey: str, erase_old: bool = True) -> None:
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
    """Set a key to a constant."""

    def __init__(self, key: str, constant_value: Any = 0) -> None:
        self.key = key
        self.constant_value = constant_value

    def _needed(self) -> tuple[str, ...]:
        return ()

    def _operate(self, d: Datum) -> None:
        d[self.key] = self.constant_value


class _WithConstant(_Operator):
    """d[key] = d[key] <operation> value"""

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
    """d[keyout] = d[key1] <operation> d[key2]"""

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
    """Several operators in turn. TypeError for anything that is none."""

    def __init__(self, operator_list: Iterable[MetadataOperator]) -> None:
        operators = list(operator_list)
        for item in operators:
            self._check(item)
        self.oplist = operators

    @staticmethod
    def _check(item: object) -> None:
        if not isinstance(item, MetadataOperator) or not callable(item.apply):
            raise TypeError(
                f"MetadataOperatorChain: every item must be a MetadataOperator, found {type(item).__name__}"
            )

    def check_keys(self, d: Any) -> bool:
        return all(item.check_keys(d) for item in self.oplist)

    def check_operation(self, d: Any) -> bool:
        return all(item.check_operation(d) for item in self.oplist)

    def apply(self, d: Any, apply_to_members: bool = False) -> Any:
        """Apply the operators in order and return the datum; it is left alone once it is dead."""
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
    """Erase keys of the datum's Metadata, or with `apply_to_members` of an ensemble's members; absent ones are fine."""
    keys = list(keylist)
    for target in d.member if apply_to_members and isinstance(d, ENSEMBLES) else [d]:
        for key in keys:
            target.erase(key)
    return d


@mspass_func_wrapper
def rename_metadata(d: Datum, names: Mapping[str, str], apply_to_members: bool = False) -> Datum:
    """Rename keys (old to new) of the datum's Metadata, or with `apply_to_members` of an ensemble's members.

    Absent keys are fine; a value already under a new name is replaced. Names may be swapped.
    """
    for target in d.member if apply_to_members and isinstance(d, ENSEMBLES) else [d]:
        values = {new: target[old] for old, new in names.items() if target.is_defined(old)}
        for old in names:
            target.erase(old)
        for new, value in values.items():
            target[new] = value
    return d
