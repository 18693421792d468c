"""The archives that this deployment knows."""

from __future__ import annotations

from collections.abc import Mapping

from ..archive.definition import ArchiveDefinition, load_archives
from ..settings import ArchiveSettings


def archives_of(settings: ArchiveSettings) -> Mapping[str, ArchiveDefinition]:
    """The known archives. `local` gets its endpoint from the environment, and is left out if there is none."""
    archives = dict(load_archives(settings.archives_file))
    if settings.archive_local_endpoint:
        archives["local"] = archives["local"].at(settings.archive_local_endpoint)
    else:
        archives.pop("local", None)
    return archives
