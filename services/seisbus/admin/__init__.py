"""Tools for operators of an installation: topology and migrations, secrets, health and server checks."""
