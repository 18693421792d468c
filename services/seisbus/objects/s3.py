"""Connections to S3 stores: clients by endpoint, and the address of an object for a plain GET.

The client library signs, lists and finds credentials. Reads of archives do not use it, because its work for one answer
costs more than the transfer of the bytes.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote
from urllib.request import getproxies, proxy_bypass

from aiohttp import ClientError as HttpError
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from botocore import UNSIGNED
from botocore.exceptions import ClientError
from yarl import URL

from ..archive.definition import ArchiveDefinition, Auth
from ..deadlines import S3_CONNECT_SECONDS, S3_LIST_SECONDS, S3_READ_SECONDS
from ..errors import UnavailableError, UserError

# Connections of one process to one store; more than the politeness limit of an archive (max_in_flight).
POOL = 64
# The region if none is named.
_REGION = "us-east-1"
_SIGNED_FOR_SECONDS = 3600
# Bytes to buffer from a connection before its reader takes them.
_READ_BUFFER = 1 << 20
# Stores' codes for a missing key; the answer to a HEAD has no body, only the status.
ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})


def s3_client(
    endpoint: str | None, region: str | None, *, answer_seconds: float = S3_LIST_SECONDS, **options: Any
) -> AbstractAsyncContextManager[Any]:
    """The client library's client of a store, or of Amazon without an endpoint; `options` are those of AioConfig."""
    # late: it takes 0.15 s of every start, and reads of archives that need no keys do without
    from aiobotocore.config import AioConfig
    from aiobotocore.session import get_session

    config = AioConfig(
        connect_timeout=S3_CONNECT_SECONDS,
        read_timeout=answer_seconds,
        s3={"addressing_style": "path" if endpoint else "auto"},
        **options,
    )
    session = get_session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    client: AbstractAsyncContextManager[Any] = session.create_client(
        "s3", region_name=region or _REGION, endpoint_url=endpoint or None, config=config
    )
    return client


def _moment(text: str) -> datetime:
    """A time in an answer. The library's own way takes half of the time that a listing of many objects takes here."""
    from botocore.utils import parse_timestamp

    try:
        moment = datetime.fromisoformat(text)  # as listings have it
    except ValueError:  # as headers have it
        moment = parse_timestamp(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def answers(endpoint: str, seconds: float) -> None:
    """Check that the store at `endpoint` gives any answer, even a refusal; UnavailableError if it does not."""
    url = URL(endpoint)
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=seconds), connector=TCPConnector(ssl=_trusted())) as http,
            http.get(url, proxy=proxy(url.scheme, url.host or ""), allow_redirects=False),
        ):
            return
    except TimeoutError as error:
        sentence = f"{endpoint} takes connections and does not answer within {seconds:.1f} s; look at the server's log"
        raise UnavailableError("S3", sentence) from error
    except (HttpError, OSError) as error:
        raise UnavailableError("S3", f"{endpoint} cannot be asked: {error}") from error


def error_code(error: ClientError) -> str:
    """The store's error code, "" if it gave none."""
    return str(error.response.get("Error", {}).get("Code", ""))


class S3Clients:
    """Clients by endpoint and one pool of connections for reads, until `close`.

    `stall_seconds`: a read ends with an error if its connection is silent for so long.
    """

    def __init__(self, stall_seconds: float) -> None:
        self._stack = AsyncExitStack()
        self._clients: dict[tuple[str | None, str | None, Auth], Any] = {}
        self._lock = asyncio.Lock()
        self._stall_seconds = stall_seconds
        self._trusted = _trusted()
        self._http: ClientSession | None = None

    async def close(self) -> None:
        """Close all connections."""
        await self._stack.aclose()

    async def http(self) -> ClientSession:
        """The session for reads: it does not decompress bodies, and uses the environment's certificates."""
        if self._http is not None:
            return self._http
        async with self._lock:
            if self._http is None:
                self._http = await self._stack.enter_async_context(
                    ClientSession(
                        connector=TCPConnector(limit=0, limit_per_host=POOL, ssl=self._trusted),
                        timeout=ClientTimeout(
                            total=S3_READ_SECONDS, sock_connect=S3_CONNECT_SECONDS, sock_read=self._stall_seconds
                        ),
                        headers={"Accept-Encoding": "identity"},
                        auto_decompress=False,
                        cookie_jar=DummyCookieJar(),  # a search for cookies takes a tenth of a small read's CPU
                        read_bufsize=_READ_BUFFER,
                    )
                )
        return self._http

    async def client(self, archive: ArchiveDefinition) -> Any:
        """The client library's client of an archive's endpoint, with credentials if the archive needs them."""
        identity = (archive.endpoint, archive.region, archive.auth)
        async with self._lock:
            if identity not in self._clients:
                client = s3_client(
                    archive.endpoint,
                    archive.region,
                    signature_version=UNSIGNED if archive.auth is Auth.UNSIGNED else "s3v4",
                    max_pool_connections=POOL,
                    # Our retry includes the body and decides by type of error; retries of the library would multiply
                    # its tries.
                    retries={"mode": "standard", "total_max_attempts": 1},
                )
                self._clients[identity] = await self._stack.enter_async_context(client)
        return self._clients[identity]

    async def address(self, archive: ArchiveDefinition, key: str) -> URL:
        """The URL to GET an object; signed for an hour if the archive needs credentials."""
        if archive.auth is Auth.UNSIGNED:
            return _address(_root(archive), key)
        client = await self.client(archive)
        signed = await client.generate_presigned_url(
            "get_object", Params={"Bucket": archive.bucket, "Key": key}, ExpiresIn=_SIGNED_FOR_SECONDS
        )
        return URL(signed, encoded=True)


@lru_cache(maxsize=256)
def _address(root: str, key: str) -> URL:
    """The URL of an object; kept, because an object may be read in a hundred ranges."""
    return URL(f"{root}/{quote(key, safe='/~')}", encoded=True)


@cache
def proxy(scheme: str, host: str) -> str | None:
    """The environment's proxy for a host; cached, because the session would search it for every request."""
    return None if proxy_bypass(host) else getproxies().get(scheme)


def _trusted() -> ssl.SSLContext | bool:
    """The certificates that reads trust; UserError if the file of the environment does not hold certificates."""
    bundle = os.environ.get("AWS_CA_BUNDLE")
    if not bundle:
        return True
    try:
        return ssl.create_default_context(cafile=bundle)
    except OSError as error:  # SSLError is a subclass
        raise UserError(f"AWS_CA_BUNDLE: {bundle} is not a file of certificates ({error}).") from error


def _root(archive: ArchiveDefinition) -> str:
    """Address of an archive's bucket (docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html)."""
    if archive.endpoint:
        return f"{archive.endpoint.rstrip('/')}/{archive.bucket}"
    region = archive.region or _REGION
    if "." in archive.bucket:  # no certificate fits such a host
        return f"https://s3.{region}.amazonaws.com/{archive.bucket}"
    return f"https://{archive.bucket}.s3.{region}.amazonaws.com"
