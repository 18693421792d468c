"""Jobs of kind index: an archive's indexes, catalogs and station metadata into the database."""

from __future__ import annotations

from typing import Final, Literal

from ..kind import OfArchive


class IndexJob(OfArchive):
    """An archive whose indexes are to be read. The indexer that plans its tasks does them itself, so there is no
    queue."""

    kind: Literal["index"] = "index"


KIND: Final = IndexJob
