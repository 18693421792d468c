"""Makes the fixtures of tests/support known to every test, and every hang a failure."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest

# without a limit of 200 ms an example, which a busy machine breaks; pytest's own timeout ends what hangs
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

pytest_plugins = ["support.servers", "support.hangs", "support.browser"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Unit tests run side by side; those with servers in two processes, each of which starts its servers once."""
    from xdist.scheduler import LoadScopeScheduling

    class ServersTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folder = nodeid.split("/")[1]
            return nodeid.partition("::")[0] if folder == "unit" else "system" if folder == "system" else "servers"

    return ServersTogether(config, log)
