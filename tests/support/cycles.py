"""A program for tests: open a client with TLS and a token, call, stream and close it, several times."""

from __future__ import annotations

import asyncio
import sys

from seisbus.client import AsyncClient, Client, Transport


async def _asynchronous(address: str, transport: Transport) -> None:
    async with AsyncClient(address, transport) as client:
        await client.jobs()
        assert [stored async for stored in client.stored(limit=1)] == []


def _blocking(address: str, transport: Transport) -> None:
    with Client(address, transport) as client:
        client.jobs()
        assert list(client.stored(limit=1)) == []


def main(address: str, tls_ca: str, token_file: str, cycles: str) -> None:
    """Use both clients in turn. The last one is left open, as by a script that ends without closing it."""
    transport = Transport.from_environment()
    assert (transport.tls_ca, str(transport.token_file)) == (tls_ca, token_file)
    for number in range(int(cycles)):
        if number % 2:
            _blocking(address, transport)
        else:
            asyncio.run(_asynchronous(address, transport))
    Client(address, transport).jobs()
    print(f"{cycles} cycles")


if __name__ == "__main__":
    main(*sys.argv[1:])
