"""Logs are events on standard output, as text for people or JSON for collectors."""

from __future__ import annotations

import json
import logging
import sys
import time

from ..settings import LogSettings
from .current_work import current_work


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (work := current_work()) is not None:
            line |= {"job": work.job, "task": work.task, "attempt": work.attempt}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure_logging(settings: LogSettings) -> None:
    """Events to standard output, as text or JSON."""
    handler = logging.StreamHandler(sys.stdout)
    formatter: logging.Formatter
    if settings.log_format == "json":
        formatter = _JsonFormatter()
    else:
        formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    for noisy in ("botocore", "aiobotocore", "nats", "pymongo", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # The client library logs every reconnection attempt with a traceback; ours says once that it holds.
    logging.getLogger("nats.aio.client").setLevel(logging.CRITICAL)
