"""Makes the fixtures of tests/support known to every test, and every hang a failure."""

from __future__ import annotations

from typing import Any

import pytest

pytest_plugins = ["support.servers", "support.hangs", "support.browser"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Side by side run unit tests only: those with servers stay in one process, which starts each server once."""
    from xdist.scheduler import LoadScopeScheduling

    class ServersTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("::")[0] if nodeid.startswith("tests/unit/") else "servers"

    return ServersTogether(config, log)
