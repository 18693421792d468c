"""Units of the samples in the Metadata, which steps change."""

from __future__ import annotations

from libseis.objects.kinds import Atomic
from libseis.steps.parameters import Kind, Parameter

UNITS = Parameter("units", Kind.TEXT, "units of the samples then", None)


def units_of(d: Atomic) -> str:
    """The units; "" if they are not known."""
    found = d["units"] if d.is_defined("units") else ""
    return found if isinstance(found, str) else ""


def set_units(d: Atomic, text: str) -> None:
    """Set the units; "" removes them from the Metadata."""
    if text:
        d["units"] = text
    elif d.is_defined("units"):
        d.erase("units")
