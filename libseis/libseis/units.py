"""Units of samples: read the spellings of station metadata and job files, and find the unit after a step.

A unit is a base symbol, a power of seconds (velocity is "m" once per second) and a factor to SI. The spellings come
from the SEED manual 2.4 (blockette 34: upper case, ** for powers), FDSN StationXML 1.2 (SI names, lower case) and the
unit table of EarthScope's stationxml-validator; the prefixes come from the SI brochure (9th edition, table 7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

COUNTS = "counts"

# symbol -> names of its quantity: as it is, divided by seconds once, divided twice
_QUANTITIES = {
    "m": ("displacement", "velocity", "acceleration", "jerk"),
    "rad": ("rotation", "rotation rate", "rotational acceleration"),
    "Pa": ("pressure",),
    "V": ("voltage",),
    "A": ("electric current",),
    "T": ("magnetic flux density",),
    "m/m": ("strain", "strain rate"),
    "m**3/m**3": ("volumetric strain",),
    "V/m": ("electric field",),
    "W/m**2": ("irradiance",),
    COUNTS: ("counts",),
    "K": ("temperature",),
    "degC": ("temperature",),
    "deg": ("angle",),
    "%": ("share",),
    "s": ("time",),
    "1": ("a pure number",),
}

# Spelling in lower case -> (symbol, factor). The spellings in `_PREFIXED` can have a prefix.
_NAMES = {
    "m": ("m", 1.0), "meter": ("m", 1.0), "meters": ("m", 1.0), "metre": ("m", 1.0), "metres": ("m", 1.0),
    "rad": ("rad", 1.0), "radian": ("rad", 1.0), "radians": ("rad", 1.0),
    "pa": ("Pa", 1.0), "pascal": ("Pa", 1.0), "pascals": ("Pa", 1.0),
    "bar": ("Pa", 1e5), "atm": ("Pa", 101325.0), "psi": ("Pa", 6894.757293168),
    "v": ("V", 1.0), "volt": ("V", 1.0), "volts": ("V", 1.0),
    "a": ("A", 1.0), "amp": ("A", 1.0), "ampere": ("A", 1.0), "amperes": ("A", 1.0), "amps": ("A", 1.0),
    "t": ("T", 1.0), "tesla": ("T", 1.0), "teslas": ("T", 1.0), "gamma": ("T", 1e-9),
    "strain": ("m/m", 1.0), "m/m": ("m/m", 1.0),
    "strain m/m": ("m/m", 1.0), "m**3/m**3": ("m**3/m**3", 1.0),
    "v/m": ("V/m", 1.0), "volt/meter": ("V/m", 1.0), "volts/meter": ("V/m", 1.0),
    "w/m**2": ("W/m**2", 1.0), "watt/m**2": ("W/m**2", 1.0), "watts/m**2": ("W/m**2", 1.0),
    "count": (COUNTS, 1.0), "counts": (COUNTS, 1.0), "cnt": (COUNTS, 1.0), "cnts": (COUNTS, 1.0),
    "ct": (COUNTS, 1.0), "cts": (COUNTS, 1.0), "digital counts": (COUNTS, 1.0), "digital count": (COUNTS, 1.0),
    "dc": (COUNTS, 1.0),
    "k": ("K", 1.0), "kelvin": ("K", 1.0),
    "c": ("degC", 1.0), "degc": ("degC", 1.0), "celsius": ("degC", 1.0), "deg c": ("degC", 1.0),
    "degree celsius": ("degC", 1.0), "degrees celsius": ("degC", 1.0),
    "deg": ("deg", 1.0), "degree": ("deg", 1.0), "degrees": ("deg", 1.0),
    "%": ("%", 1.0), "percent": ("%", 1.0),
    "1": ("1", 1.0), "unitless": ("1", 1.0), "dimensionless": ("1", 1.0), "none": ("1", 1.0), "number": ("1", 1.0),
    "s": ("s", 1.0), "sec": ("s", 1.0), "second": ("s", 1.0), "seconds": ("s", 1.0),
}  # fmt: skip
_PREFIXED = {"m", "rad", "pa", "v", "a", "t", "strain", "m/m", "bar", "v/m"}
_PREFIXED_WORDS = {
    "meter", "meters", "metre", "metres", "radian", "radians", "pascal", "pascals", "volt", "volts", "tesla", "teslas",
    "ampere", "amperes", "strain", "bar",
}  # fmt: skip
_PREFIXES = {"p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "c": 1e-2, "d": 1e-1, "h": 1e2, "k": 1e3}
_PREFIX_WORDS = {"pico": 1e-12, "nano": 1e-9, "micro": 1e-6, "milli": 1e-3, "centi": 1e-2, "deci": 1e-1,
                 "hecto": 1e2, "kilo": 1e3, "mega": 1e6}  # fmt: skip

# units of acceleration that have a name
_ACCELERATIONS = {"gal": 1e-2, "mgal": 1e-5, "ugal": 1e-8, "g": 9.80665, "mg": 9.80665e-3, "ug": 9.80665e-6}

# Prefixes that differ only in case (M and m): these spellings count as written, and no other case is known
_CASED = {"MPa": ("Pa", 1e6), "mPa": ("Pa", 1e-3), "pA": ("A", 1e-12), "MV": ("V", 1e6), "mV": ("V", 1e-3),
          "Mbar": ("Pa", 1e11), "mbar": ("Pa", 1e2)}  # fmt: skip
_DOUBTFUL = {"mpa"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of samples.

    `base` is an SI symbol. `per_second` says how many times it is divided by seconds (negative: multiplied). `factor`
    converts the unit to SI. A `spelled` unit is not known, and `base` is its text.
    """

    base: str
    per_second: int = 0
    factor: float = 1.0
    known: bool = True

    @property
    def quantity(self) -> str:
        """The quantity that is measured, in words; the unit if it has no name."""
        names = _QUANTITIES.get(self.base, ())
        return names[self.per_second] if 0 <= self.per_second < len(names) else f"a quantity in {self.si}"

    @property
    def si(self) -> str:
        """The symbol without factor: m, m/s, m/s**2, Pa, counts ..."""
        seconds = abs(self.per_second)
        power = f"s**{seconds}" if seconds > 1 else "s"
        base = self.base
        if not seconds:
            return base
        if not self.known and re.search(r"[^\w%]", base):
            base = f"({base})"
        return f"{base}/{power}" if self.per_second > 0 else f"{base}*{power}"

    @property
    def symbol(self) -> str:
        """The unit with its factor: um/s, hPa, or a number before the SI symbol if no prefix fits the factor."""
        if abs(self.factor - 1.0) < 1e-12:
            return self.si
        if self.base in ("m", "rad", "Pa", "V", "A", "T"):
            for prefix, factor in _PREFIXES.items():
                if abs(self.factor / factor - 1.0) < 1e-9:
                    return prefix + self.si
        return f"{self.factor:.12g} {self.si}"


def _build_table() -> dict[str, tuple[str, float]]:
    table = dict(_NAMES)
    for names, prefixes in ((_PREFIXED, _PREFIXES), (_PREFIXED_WORDS, _PREFIX_WORDS)):
        for name in names:
            symbol, factor = _NAMES[name]
            for prefix, scale in prefixes.items():
                table.setdefault(prefix + name, (symbol, scale * factor))
    for prefix, scale in _PREFIXES.items():
        table.setdefault(f"{prefix}strain", ("m/m", scale))
    return table


_TABLE = _build_table()
_SECONDS = r"(?:s|sec|secs|second|seconds)"
_DIVIDED = re.compile(rf"^(.*)/\(?{_SECONDS}(?:\*\*|\^)?(\d)?\)?$", re.IGNORECASE)
_TIMES = re.compile(rf"^(.*?)(?:\*|\.| ){_SECONDS}(?:(?:\*\*|\^)?\(?(-?\d)\)?)?$", re.IGNORECASE)
_NUMBER = re.compile(r"^([0-9.]+(?:[eE][-+]?\d+)?) +(\S.*)$")


def parse(text: str | None) -> Unit | None:
    """The unit that a text means; for an unknown spelling, a unit that is not `known`; None for a blank text."""
    spelled = " ".join((text or "").replace("µ", "u").replace("μ", "u").split())
    if not spelled:
        return None
    if number := _NUMBER.match(spelled):
        inner = parse(number[2])
        if inner is not None and inner.known:
            return replace(inner, factor=float(number[1]) * inner.factor)
    return _parsed(spelled) or Unit(spelled, known=False)


def _parsed(text: str) -> Unit | None:
    text = re.sub(r"\s+per\s+", "/", text, flags=re.IGNORECASE)
    text = re.sub(r"\s*(\*\*|\^|/)\s*", r"\1", text)
    text = re.sub(r"squared$", "**2", text, flags=re.IGNORECASE).replace(" **2", "**2")
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1]
    if found := _looked_up(text):
        return found
    if divided := _DIVIDED.match(text):
        inner = _parsed(divided[1])
        return inner and replace(inner, per_second=inner.per_second + int(divided[2] or 1))
    if (times := _TIMES.match(text)) and times[1]:
        inner = _parsed(times[1])
        return inner and replace(inner, per_second=inner.per_second - int(times[2] or 1))
    return None


def _looked_up(text: str) -> Unit | None:
    if text in _CASED:
        return Unit(_CASED[text][0], 0, _CASED[text][1])
    lower = text.lower().replace("^", "**")
    if lower in _DOUBTFUL:
        return None
    if lower in _ACCELERATIONS:
        return Unit("m", 2, _ACCELERATIONS[lower])
    if lower in _TABLE:
        return Unit(_TABLE[lower][0], 0, _TABLE[lower][1])
    return None


def canonical(text: str | None) -> str:
    """The spelling that Seisbus writes. An unknown spelling is not changed; a blank text gives ""."""
    unit = parse(text)
    return "" if unit is None else unit.symbol


def differentiated(text: str | None, times: int = 1) -> str:
    """The units of the derivative with respect to time (of the integral for negative `times`); "" for a blank text."""
    unit = parse(text)
    return "" if unit is None else replace(unit, per_second=unit.per_second + times).symbol


def scaled(text: str | None, factor: float) -> str:
    """The new units after samples were multiplied by `factor` without a change of quantity: 1e9 turns m/s into nm/s."""
    unit = parse(text)
    return "" if unit is None else replace(unit, factor=unit.factor / abs(factor)).symbol
