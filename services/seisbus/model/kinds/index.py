"""Jobs of kind index: an archive's indexes, catalogs and station metadata into the database."""

from __future__ import annotations

from typing import Final, Literal

from ..kind import OfArchive


class IndexJob(OfArchive):
    """An archive to bring in. Its tasks are done by the indexer that plans them, so that it has no queue."""

    kind: Literal["index"] = "index"


KIND: Final = IndexJob
