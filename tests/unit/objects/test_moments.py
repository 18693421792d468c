"""Times in a store's answers are read as the client library reads them."""

from datetime import timedelta

import pytest
from botocore.utils import parse_timestamp

from seisbus.objects.s3 import _moment


@pytest.mark.parametrize(
    "text",
    ["2026-11-28T09:00:00.000Z", "2011-03-11T05:46:24Z", "2026-11-28T09:00:00.123+02:00",
     "Sat, 28 Nov 2026 09:00:00 GMT", "1322454000"],
)  # fmt: skip
def test_a_time(text: str) -> None:
    found = _moment(text)
    assert found == parse_timestamp(text)
    assert found.utcoffset() in (timedelta(0), timedelta(hours=2))
