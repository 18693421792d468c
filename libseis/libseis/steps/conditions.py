"""Tests on Metadata as a job file writes them: `distance_deg < 95`, `snr > 2`, `sta != "ABC"`, `10 <= depth < 700`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from libseis.objects.kinds import Atomic, is_finite_real
from libseis.steps.step import Unfit

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_SIGN = r"(<=|>=|==|!=|<|>)"
_KEY = r"([A-Za-z_][A-Za-z0-9_]*)"
_COMPARISON = re.compile(rf"{_KEY}\s*{_SIGN}\s*(.+)")
_INTERVAL = re.compile(rf"([-+.\deE]+)\s*(<=|<)\s*{_KEY}\s*(<=|<)\s*([-+.\deE]+)")
_PRESENCE = re.compile(rf"(not\s+)?{_KEY}")
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Bound:
    """One comparison, with the value of a key on the left."""

    sign: str
    value: float | str | bool

    def holds(self, found: Any) -> bool:
        """Whether a value passes; TypeError if the two cannot be compared."""
        if isinstance(found, bool) is not isinstance(self.value, bool) or isinstance(found, str) is not isinstance(
            self.value, str
        ):
            raise TypeError
        return bool(_OPERATORS[self.sign](found, self.value))


@dataclass(frozen=True, slots=True)
class Condition:
    """A test. Without bounds it tests whether the key is there (`present`) or not there."""

    text: str
    key: str
    bounds: tuple[Bound, ...] = ()
    present: bool = True

    def check(self, d: Atomic) -> None:
        """Raise Unfit if a datum does not pass. The reason names the test, or the key if the datum does not have it."""
        failed = f"fails {self.text}"
        if not self.bounds:
            if d.is_defined(self.key) is not self.present:
                state = "is not there" if self.present else f"is {d[self.key]!r}"
                raise Unfit(f"{self.key} {state}; it does not pass {self.text}", reason=failed)
            return
        if not d.is_defined(self.key):
            raise Unfit(
                f"the datum has no {self.key} in its Metadata, which {self.text} asks for", reason=f"no {self.key}"
            )
        found = d[self.key]
        try:
            passed = all(bound.holds(found) for bound in self.bounds)
        except TypeError:
            raise Unfit(f"{self.key} is {found!r}, which cannot be compared by {self.text}", reason=failed) from None
        if not passed:
            shown = f"{found:.6g}" if is_finite_real(found) and not isinstance(found, int) else repr(found)
            raise Unfit(f"{self.key} is {shown}; it does not pass {self.text}", reason=failed)


def _value(text: str) -> float | str | bool:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return float(text)
    except ValueError:
        return text


def parse(text: str) -> Condition:
    """The test that a text means. ValueError says what was expected."""
    given = " ".join(text.split())
    if found := _INTERVAL.fullmatch(given):
        low, first, key, second, high = found.groups()
        try:
            return Condition(given, key, (Bound(first.replace("<", ">"), float(low)), Bound(second, float(high))))
        except ValueError:
            pass
    elif (found := _COMPARISON.fullmatch(given)) and not re.match(r"[<>=!]", found[3]):
        value = _value(found[3])
        if not isinstance(value, float) and found[2] not in ("==", "!="):
            raise ValueError(f"{given!r}: {found[2]} compares numbers, and {value!r} is not a number")
        if not isinstance(value, float) or is_finite_real(value):
            return Condition(given, found[1], (Bound(found[2], value),))
    elif (found := _PRESENCE.fullmatch(given)) and found[2] != "not":
        return Condition(given, found[2], present=not found[1])
    raise ValueError(
        f"{given!r} is not a test; expected KEY < VALUE (or <=, >, >=, ==, !=), LOW <= KEY <= HIGH, KEY or not KEY"
    )
