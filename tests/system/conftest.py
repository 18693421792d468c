"""One running system for all tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from support.servers import S3Server
from support.system import System, running_system


@pytest.fixture(scope="session")
async def system(tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server) -> AsyncIterator[System]:
    """The stack, with the archives of `support.system`, whose buckets the modules fill."""
    async with running_system(tmp_path_factory.mktemp("system"), s3_server) as running:
        yield running
