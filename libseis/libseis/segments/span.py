"""Span: a stretch of time with both ends included."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, both ends included, in ns since 1970-01-01T00:00:00 UTC."""

    start_ns: int
    end_ns: int
