"""Parameters of processing steps: kind, unit, limits and default, and the check of a value against them."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from libseis.objects.kinds import is_finite_real


class Missing(Enum):
    """Marks a parameter without default; an enum member stays one object when it is pickled."""

    REQUIRED = "required"


REQUIRED = Missing.REQUIRED


class Kind(Enum):
    """The type of a parameter's value; the text is its name in error sentences."""

    NUMBER = "a finite number"
    INTEGER = "an integer"
    BOOLEAN = "true or false"
    TEXT = "a text"
    NUMBERS = "a list of finite numbers"
    TEXTS = "a text or a list of texts"
    MATRIX = "three rows of three finite numbers"
    VALUE = "a finite number, a text, true or false"
    OPERAND = "a finite number or a text"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a step.

    `unit` is a text for people; `above` is an exclusive lower limit, `minimum` and `maximum` are inclusive; `length`
    is the number of values of NUMBERS; null is accepted if `nullable` is set or the default is null.
    """

    name: str
    kind: Kind
    doc: str
    default: Any = REQUIRED
    unit: str = ""
    above: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    length: int | None = None
    nullable: bool = False

    def check(self, value: Any) -> Any:
        """Check a value and convert it to the form that the step function takes.

        Parameters
        ----------
        value
            The value.

        Returns
        -------
        Any
            The converted value.

        Raises
        ------
        ValueError
            The value does not fit; the error says what was expected and what was found.
        """
        if value is None and (self.nullable or self.default is None):
            return None
        match self.kind:
            case Kind.NUMBER if is_finite_real(value):
                self._check_limits(float(value))
                return float(value)
            case Kind.INTEGER if not isinstance(value, bool) and isinstance(value, numbers.Integral):
                self._check_limits(int(value))
                return int(value)
            case Kind.BOOLEAN if isinstance(value, bool):
                return value
            case Kind.TEXT if isinstance(value, str) and (not self.choices or value in self.choices):
                return value
            case Kind.NUMBERS if isinstance(value, list | tuple) and all(is_finite_real(item) for item in value):
                if self.length is not None and len(value) != self.length:
                    raise ValueError(f"{self.name} must have {self.length} values, found {len(value)}")
                for item in value:
                    self._check_limits(float(item))
                return tuple(float(item) for item in value)
            case Kind.TEXTS if isinstance(value, str) and value.strip():
                return (value,)
            case Kind.TEXTS if isinstance(value, list | tuple) and value and all(_is_text(item) for item in value):
                return tuple(value)
            case Kind.MATRIX if (rows := _rows(value)) is not None:
                return rows
            case Kind.VALUE if isinstance(value, bool | str) or is_finite_real(value):
                return value
            case Kind.OPERAND if isinstance(value, str) or is_finite_real(value):
                return value
        wanted = f"one of {', '.join(self.choices)}" if self.choices else self.kind.value
        unit = f" ({self.unit})" if self.unit else ""
        raise ValueError(f"{self.name} must be {wanted}{unit}, found {value!r}")

    def _check_limits(self, value: float) -> None:
        unit = f" {self.unit}" if self.unit else ""
        if self.above is not None and value <= self.above:
            raise ValueError(f"{self.name} must be above {self.above:g}{unit}, found {value:g}")
        if self.minimum is not None and value < self.minimum:
            raise ValueError(f"{self.name} must be at least {self.minimum:g}{unit}, found {value:g}")
        if self.maximum is not None and value > self.maximum:
            raise ValueError(f"{self.name} must be at most {self.maximum:g}{unit}, found {value:g}")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _rows(value: Any) -> tuple[tuple[float, ...], ...] | None:
    """Three rows of three numbers, which may also be given as nine numbers; None for another value."""
    if not isinstance(value, list | tuple):
        return None
    rows = [value[i : i + 3] for i in (0, 3, 6)] if len(value) == 9 else list(value)
    if len(rows) != 3 or not all(isinstance(row, list | tuple) and len(row) == 3 for row in rows):
        return None
    if not all(is_finite_real(item) for row in rows for item in row):
        return None
    return tuple(tuple(float(item) for item in row) for row in rows)


def check_values(parameters: tuple[Parameter, ...], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """All values with defaults filled in, and one sentence (without full stop) for every problem."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    known = {parameter.name for parameter in parameters}
    for name in given:
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            problems.append(f"unknown parameter {name!r}, its parameters are: {names}")
    for parameter in parameters:
        if parameter.name not in given:
            if parameter.default is REQUIRED:
                problems.append(f"the parameter {parameter.name} is missing ({parameter.doc})")
            else:
                values[parameter.name] = parameter.default
            continue
        try:
            values[parameter.name] = parameter.check(given[parameter.name])
        except ValueError as error:
            problems.append(str(error))
    return values, problems
