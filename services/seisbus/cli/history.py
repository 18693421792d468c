"""A history as a job file; the remarks are comments before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..client import History


def job_file(history: History) -> str:
    """YAML that `seisbus submit` takes."""
    import yaml  # imported late, because most commands do not need it

    head = "\n".join(f"# {line}" for line in _lines(history))
    body: str = yaml.safe_dump(dict(history.job), sort_keys=False, allow_unicode=True, width=120)
    return f"{head}\n{body}"


def _lines(history: History) -> Iterator[str]:
    yield f"Makes waveform {history.waveform} again."
    for source in history.objects:
        yield f"object {source.archive}: {source.key}"
        yield f"  version {source.etag or 'unknown'}"
    versions = history.versions
    if versions:
        yield "made with " + ", ".join(f"{name} {version}" for name, version in versions.items() if name in _TOLD)
    for note in history.notes:
        yield f"NOTE: {note}"


# Distributions whose versions may change samples; history_global has all.
_TOLD = ("seisbus", "libseis", "numpy", "scipy", "obspy", "pymseed")
