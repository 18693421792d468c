"""Scans: planned like window jobs; what their recipe says makes the difference."""

from __future__ import annotations

from typing import Final

from .window import WindowPlanner

KIND: Final = WindowPlanner()
