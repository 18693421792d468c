"""A token over TLS: with every kind of call, never in the clear, and no client with one ever freezes.

gRPC's own call credentials can deadlock when their channel is closed (grpc/grpc#42247).
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest

from seisbus.admin.secrets.folder import Wishes, make_secrets
from seisbus.archive.definition import load_archives
from seisbus.bus import Bus
from seisbus.client import AsyncClient, Client, ClientError, Transport
from seisbus.control.context import CallContext
from seisbus.control.server import ControlServer
from seisbus.errors import UserError
from seisbus.local import ServerHandle
from seisbus.security import SecretError
from seisbus.settings import GrpcSettings
from seisbus.store.client import Store

CYCLES = Path(__file__).parents[1] / "support" / "cycles.py"


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bearer") / "secrets"
    make_secrets(folder, Wishes())
    return folder


def transport_of(secrets: Path) -> Transport:
    return Transport(tls_ca=str(secrets / "ca.crt"), token_file=secrets / "token-reader")


@pytest.fixture
async def address(
    mongodb_uri: str, mongodb_database: str, own_nats_server: ServerHandle, secrets: Path, tmp_path: Path
) -> AsyncIterator[str]:
    """The front door with TLS and tokens."""
    settings = GrpcSettings(
        grpc_tls_cert_file=secrets / "services.crt",
        grpc_tls_key_file=secrets / "services.key",
        tokens_file=secrets / "tokens",
    )
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(await Store.connect(mongodb_uri, mongodb_database))
        await store.ensure_indexes()
        bus = await stack.enter_async_context(await Bus.connect(own_nats_server.url, name="test"))
        server = await ControlServer.start(CallContext(store, bus, load_archives(), tmp_path), "127.0.0.1:0", settings)
        stack.push_async_callback(server.stop)
        yield f"localhost:{server.port}"


async def run_cycles(address: str, secrets: Path, cycles: int) -> list[tuple[int | None, bytes]]:
    """Four processes at once; exit code (None: it had to be killed) and words of each."""
    transport = transport_of(secrets)
    files = [transport.tls_ca, str(transport.token_file)]
    environment = {**os.environ, "SEISBUS_TLS_CA": files[0], "SEISBUS_TOKEN_FILE": files[1]}

    async def one() -> tuple[int | None, bytes]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(CYCLES), address, *files, str(cycles),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=environment,
        )  # fmt: skip
        try:
            words, _ = await asyncio.wait_for(process.communicate(), 60 + cycles * 2)
        except TimeoutError:
            process.kill()
            await process.wait()
            return None, b"it froze"
        return process.returncode, words

    return await asyncio.gather(*(one() for _ in range(4)))


async def test_clients_with_a_token_open_call_and_close_and_never_freeze(address: str, secrets: Path) -> None:
    assert await run_cycles(address, secrets, 25) == [(0, b"25 cycles\n")] * 4


@pytest.mark.long
async def test_two_thousand_cycles(address: str, secrets: Path) -> None:
    assert await run_cycles(address, secrets, 500) == [(0, b"500 cycles\n")] * 4


async def test_without_its_token_a_client_is_refused_call_and_stream(address: str, secrets: Path) -> None:
    async with AsyncClient(address, Transport(tls_ca=str(secrets / "ca.crt"))) as client:
        for calling in (client.jobs(), anext(client.stored())):
            with pytest.raises(ClientError, match="needs a valid token") as caught:
                await calling
            assert caught.value.code == "UNAUTHENTICATED"


async def test_calls_of_all_four_kinds_carry_the_token_once(secrets: Path) -> None:
    token = (secrets / "token-reader").read_text().strip()

    def sent(context: Any) -> bytes:
        return repr([value for key, value in context.invocation_metadata() if key == "authorization"]).encode()

    async def answer(_: Any, context: Any) -> bytes:
        return sent(context)

    async def answers(_: Any, context: Any) -> AsyncIterator[bytes]:
        yield sent(context)

    server = grpc.aio.server()
    handlers = {
        "UnaryUnary": grpc.unary_unary_rpc_method_handler(answer),
        "UnaryStream": grpc.unary_stream_rpc_method_handler(answers),
        "StreamUnary": grpc.stream_unary_rpc_method_handler(answer),
        "StreamStream": grpc.stream_stream_rpc_method_handler(answers),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", handlers),))
    pair = ((secrets / "services.key").read_bytes(), (secrets / "services.crt").read_bytes())
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair]))
    await server.start()

    async def requests() -> AsyncIterator[bytes]:
        yield b""

    try:
        async with transport_of(secrets).channel(f"localhost:{port}", []) as channel:
            found = [
                await channel.unary_unary("/test.Echo/UnaryUnary")(b"", metadata=(("other", "kept"),)),
                *[part async for part in channel.unary_stream("/test.Echo/UnaryStream")(b"")],
                await channel.stream_unary("/test.Echo/StreamUnary")(requests()),
                *[part async for part in channel.stream_stream("/test.Echo/StreamStream")(requests())],
            ]
    finally:
        await server.stop(None)
    assert found == [repr([f"Bearer {token}"]).encode()] * 4


async def test_a_token_is_not_sent_in_the_clear(secrets: Path) -> None:
    with pytest.raises(UserError, match="only sent over TLS"):
        AsyncClient("localhost:1", Transport(token_file=secrets / "token-reader"))
    with pytest.raises(UserError, match="only sent over TLS"):
        await asyncio.to_thread(Client, "localhost:1", Transport(token_file=secrets / "token-reader"))


@pytest.mark.parametrize("text", ["two words", "a\nb", "żółw", ""])
async def test_a_file_that_holds_no_token_is_said(text: str, secrets: Path, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    with pytest.raises(SecretError, match="SEISBUS_TOKEN_FILE"):
        AsyncClient("localhost:1", Transport(tls_ca=str(secrets / "ca.crt"), token_file=file))
