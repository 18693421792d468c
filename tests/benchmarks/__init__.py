"""Benchmarks: each compares two things measured in one run and prints ratios; `make bench` runs them all."""
