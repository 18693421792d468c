"""Find free loopback ports that are still free after a restart of a server."""

from __future__ import annotations

import random
import socket
from pathlib import Path

from seisbus.local.readiness import LOOPBACK

_LOWEST = 12_000


def _ephemeral_start() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        return 32_768  # the smallest default among the systems without that file (macOS, BSD: 49152)


def free_port(wanted: int = 0) -> int:
    """A free port: the one that is wanted where it is free, else one below the ephemeral range.

    An ephemeral port would be wrong: a client that reconnects to a killed server there can get the same port for its
    side, connect to itself, and so block the port for the restarted server.
    """
    candidates = range(_LOWEST, max(_ephemeral_start(), _LOWEST + 1_000))
    port = wanted or random.choice(candidates)
    while not is_free(port):
        port = random.choice(candidates)
    return port


def is_free(port: int) -> bool:
    """Whether a server can listen on a loopback port now."""
    with socket.socket() as probe:
        # like servers, so that a closed connection in TIME_WAIT does not matter
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
