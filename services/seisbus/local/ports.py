"""Free loopback ports that stay free for a restart."""

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


def free_port() -> int:
    """A free port, below the ephemeral range.

    Below it because a client that keeps reconnecting to a killed server on an ephemeral port can be given
    that very port as its own end, connect to itself, and so keep the restarted server out.
    """
    candidates = range(_LOWEST, max(_ephemeral_start(), _LOWEST + 1_000))
    while True:
        port = random.choice(candidates)
        with socket.socket() as probe:
            # as servers do: the TIME_WAIT of a closed connection does not matter
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
