"""The database of the contract tests: the real one, an empty database a test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from seisbus.store.client import Store


@pytest.fixture
async def store(mongodb_uri: str, mongodb_database: str) -> AsyncIterator[Store]:
    async with await Store.connect(mongodb_uri, mongodb_database) as connected:
        await connected.ensure_indexes()
        yield connected
