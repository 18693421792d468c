"""Job files in the client: it reads them and puts event files into them, because control cannot see the client's
disk."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from libseis.isotime import iso

from ..errors import JobFileError

JobSource = str | Path | Mapping[str, Any]


def job_text(source: JobSource) -> str:
    """The text to submit (JSON) for a path, a YAML or JSON text, or a mapping; a text on one line is a path.

    `file:` of `windows: events:` and `windows: picks:` is replaced by the contents of that file (relative to the job
    file): QuakeML if it begins with `<`, otherwise CSV. JobFileError if something cannot be read or the job is not
    valid.
    """
    folder = Path()
    from ..model.job import UnknownKindError, parse_job, yaml_content  # late: pydantic and all kinds take 0.2 s

    if isinstance(source, Mapping):
        content: object = _plain(source)
    else:
        if isinstance(source, Path) or "\n" not in source.strip():
            path = Path(source)
            text, folder = _read(path, "job file"), path.parent
        else:
            text = source
        content = yaml_content(text)
    content = _with_files(content, folder)
    with contextlib.suppress(UnknownKindError):  # control may know more kinds than this computer
        parse_job(content)  # refuses what is neither a text nor a mapping
    return json.dumps(content, default=str)  # JSON is read a hundred times faster than YAML; a date becomes its text


def _plain(value: Any) -> Any:
    """The form that a notebook's values have in a job file: times of obspy and numpy as text, numpy's scalars as
    numbers."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    import numpy as np  # imported late, because not every program with a client needs it

    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, np.generic):
        return value.item()
    exact = getattr(value, "ns", None)  # obspy's UTCDateTime has integer nanoseconds
    return iso(exact) if isinstance(exact, int) else value


def _with_files(content: object, folder: Path) -> object:
    if not isinstance(content, dict) or not isinstance(content.get("windows"), dict):
        return content
    windows = dict(content["windows"])
    for name, what in (("events", "event file"), ("picks", "pick file")):
        found = windows.get(name)
        if isinstance(found, dict) and "file" in found:
            text = _read(folder / str(found["file"]), what)
            kind = "quakeml" if text.lstrip("\ufeff \r\n\t").startswith("<") else "csv"
            windows[name] = {**{key: value for key, value in found.items() if key != "file"}, kind: text}
    return {**content, "windows": windows}


def _read(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise JobFileError(f"The {what} {path} cannot be read ({error.strerror}); give the path of one.") from None
    except UnicodeDecodeError:
        raise JobFileError(f"The {what} {path} is not UTF-8 text; save it as UTF-8.") from None
