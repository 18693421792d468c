"""Check NATS, MongoDB, S3 and the sink like a service: login, TLS, and whether everything is there.

`seisbus doctor` uses it. It changes nothing and takes at most the given `seconds`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from pydantic import ValidationError

from ..bus import Bus
from ..bus import Login as BusLogin
from ..errors import SeisbusError
from ..objects import Bucket, answers
from ..settings import AllSettings
from ..store.client import Store, translated
from ..store.login import Login as StoreLogin

_SILENT = "it takes connections and does not answer within {:.1f} s; look at the server's log"
_PREFIX = "SEISBUS_"


def settings_from(environment: Mapping[str, str]) -> AllSettings:
    """The settings of a process with this environment; ValidationError if it could not start."""
    given = {k.removeprefix(_PREFIX).lower(): v for k, v in environment.items() if k.startswith(_PREFIX)}
    return AllSettings.model_validate({k: v for k, v in given.items() if k in AllSettings.model_fields})


async def nats_problem(environment: Mapping[str, str], seconds: float) -> str:
    """One sentence on what keeps a service from working with NATS; "" if it works."""
    try:
        settings = settings_from(environment)
        login = BusLogin.of(settings)
        most = 0.7 * seconds  # only the end of the wait shows a refusal, because the client tries again
        async with (
            asyncio.timeout(seconds),
            await Bus.connect(settings.nats_url, name="seisbus-doctor", login=login, connect_timeout=most) as bus,
        ):
            await bus.pending("doctor")
    except TimeoutError:
        return _SILENT.format(seconds)
    except (SeisbusError, ValidationError) as error:
        if str(error).startswith("No NATS server answers"):  # but its port is open, which was checked first
            return _SILENT.format(seconds)
        return (
            f"{error} (no streams? run `python -m seisbus.admin.topology`)" if "NotFound" in str(error) else str(error)
        )
    return ""


async def mongodb_problem(environment: Mapping[str, str], seconds: float) -> str:
    """One sentence on what keeps a service from working with MongoDB; "" if it works."""
    try:
        settings = settings_from(environment)
        login = StoreLogin.of(settings)
        async with (
            asyncio.timeout(seconds),
            await Store.connect(settings.mongodb_uri, settings.database, login=login, timeout=seconds / 2) as store,
        ):
            with translated():
                names = await store.database.list_collection_names()
    except TimeoutError:
        return _SILENT.format(seconds)
    except (SeisbusError, ValidationError) as error:
        return str(error)
    return "" if "job" in names else "it has no collections yet; run `python -m seisbus.admin.topology`"


async def archive_problem(environment: Mapping[str, str], seconds: float) -> str:
    """Why the server of the archive `local` gives no answer; "" if it gives any."""
    try:
        await answers(settings_from(environment).archive_local_endpoint, seconds)
    except (SeisbusError, ValidationError) as error:
        return str(error)
    return ""


async def sink_problem(environment: Mapping[str, str], seconds: float) -> str:
    """Why this process cannot use the bucket for files with its credentials; "" if it can."""
    try:
        settings = settings_from(environment)
        async with (
            asyncio.timeout(seconds),
            Bucket(settings.sink, settings.sink_endpoint, settings.sink_region) as sink,
        ):
            await sink.look("waveforms/doctor")
            async for _ in sink.list("waveforms/"):
                break
    except (SeisbusError, ValidationError) as error:
        return str(error)
    except TimeoutError:
        return f"{settings.sink} does not answer within {seconds:.1f} s; look at SEISBUS_SINK_ENDPOINT"
    return ""
