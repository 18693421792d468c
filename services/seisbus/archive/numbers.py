"""Numbers in the texts of files."""

from __future__ import annotations

import math
from typing import Any


def number_in(value: Any, low: float = -math.inf, high: float = math.inf) -> float | None:
    """The finite number that a value is or that its text says; None if there is none from `low` to `high`."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and low <= number <= high else None
