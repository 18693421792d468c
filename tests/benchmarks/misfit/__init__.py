"""Pairs of traces made for comparing window selections, and the scripts that run the comparison."""
