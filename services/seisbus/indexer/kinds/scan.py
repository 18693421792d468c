"""Scans are planned like window jobs; only their recipe differs."""

from __future__ import annotations

from typing import Final

from .window import WindowPlanner

KIND: Final = WindowPlanner()
