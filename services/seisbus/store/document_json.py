"""Documents as JSON text for clients: ids as hex, bytes as base64, moments as ISO 8601."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId


def document_json(document: Mapping[str, Any]) -> str:
    """One document as JSON. NaN stays NaN, which Python's parser reads. TypeError for a value that documents do not
    have."""
    return json.dumps(document, default=_plain, separators=(",", ":"))


def _plain(value: Any) -> str:
    if isinstance(value, ObjectId):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} {value!r} has no JSON form here.")
