"""How a deployment grows: pods, the archive, NATS and MongoDB as stations with measured service times (SimPy).

`python -m tests.benchmarks simulation`: the simulation beside measured runs of `replicas`, then two large jobs on 8, 32
and 128 pods, what they wait for, and what helps. docs/explanation/scale.md has what it found. It needs no servers; the
service times are read from docs/measured, where `python -m tests.benchmarks publish` puts what was measured.
"""

from .report import SEED, main

__all__ = ["SEED", "main"]
