"""A measurement whose documents lack what identifies them is poison before anything is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from seisbus.app import WriterContext
from seisbus.bus import Delivery
from seisbus.bus.client import Tag
from seisbus.bus.codec import encode_measurement
from seisbus.errors import PoisonError
from seisbus.model.handovers import AdjointTrace
from seisbus.writer.measurements import MeasurementWriter, settled
from support.messages import CASES, JOB, TASK

WINDOW = {"component": "Z", "number": 0}
FOUND = replace(
    CASES["measurement"][0], windows=(WINDOW,), sources=(AdjointTrace({"component": "Z"}, bytes(16)),),
    rejected=({"component": "Z"},),
)  # fmt: skip


def test_the_measurement_that_these_are_made_of_is_settled() -> None:
    assert len(settled(FOUND).documents) == 5


@pytest.mark.parametrize(
    "change",
    [
        {"windows": ({"component": "Z"},)},
        {"windows": ({},)},
        {"rejected": ({},)},
        {"sources": (AdjointTrace({}, b""),)},
    ],
)
async def test_a_document_without_its_component_is_poison(change: dict[str, Any]) -> None:
    body = encode_measurement(replace(FOUND, **change))
    writer = MeasurementWriter(cast(WriterContext, None))  # nothing is asked of it
    with pytest.raises(PoisonError, match="has a document without"):
        await writer.handle(Delivery(Tag(JOB, TASK, 2), body, 1, lambda _: None))
