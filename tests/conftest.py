"""Makes the fixtures of tests/support known to every test."""

pytest_plugins = ["support.servers"]
