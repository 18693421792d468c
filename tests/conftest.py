"""Makes the fixtures of tests/support known to every test, and every hang a failure."""

pytest_plugins = ["support.servers", "support.hangs"]
