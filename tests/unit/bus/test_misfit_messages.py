"""What misfit jobs send keeps its types: settings with arrays and open bands, steps with whole and real numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from libseis.misfit import Config
from seis.v1 import task_pb2
from seisbus.bus.codec import decode_misfit, decode_window, encode_misfit, encode_window
from seisbus.model.handovers import MisfitOrder, WindowOrder
from seisbus.model.task import Recipe
from support.messages import CASES

MISFIT: MisfitOrder = CASES["misfit"][0]
ORDER: WindowOrder = CASES["window"][0]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"min_period": None, "max_period": None, "half_duration": 0, "synthetic_tag": "", "event_id": "e"},
        {"iteration": 1, "step_count": 0, "component_list": ["R", "T"], "rotate_to_rtz": True, "unit_output": "VEL"},
        {"stalta_waterlevel": [0.1, 0.2, 0.3], "cc_acceptance_level": [], "noise_end_index": 0, "edition": "paper"},
        {"adj_src_type": "multitaper_misfit", "taper_type": "cos_p10", "measure_type": "am", "processing": "exact"},
    ],
)
def test_settings_come_back(settings: dict[str, Any]) -> None:
    config = Config.from_mapping(settings)
    found = decode_misfit(encode_misfit(replace(MISFIT, config=config))).config
    assert found == config
    assert found.to_mapping() == config.to_mapping()
    assert type(found.adj_src_type) is type(config.adj_src_type)
    assert isinstance(found.window.stalta_waterlevel, np.ndarray) == ("stalta_waterlevel" in settings)


@pytest.mark.parametrize("fixed", [None, {}, {"Z": ()}])
def test_no_windows_and_none_given_are_two_things(fixed: Any) -> None:
    assert decode_misfit(encode_misfit(replace(MISFIT, fixed_windows=fixed))).fixed_windows == fixed


def test_parameters_of_steps_keep_types_and_order() -> None:
    given = {"freq": 2, "zeta": 2.0, "alpha": True, "none": None, "list": [1, 1.0, "1"], "map": {"z": 1, "a": {}}}
    steps = ({"users step": given}, {"detrend": {}}, {"detrend": {}}, {"odd": None}, {"odd": [1]})
    body = encode_window(replace(ORDER, recipe=Recipe(steps=steps)))
    assert str(decode_window(body).recipe.steps) == str(steps)
    assert not task_pb2.WindowTask.FromString(body).recipe.steps_json


def test_nothing_is_sent_as_json() -> None:
    for name, (value, encode, _) in CASES.items():
        assert b'{"' not in encode(value), name
    older = [
        field.full_name
        for message in task_pb2.DESCRIPTOR.message_types_by_name.values()
        for field in message.fields
        if field.name.endswith("_json") and not field.GetOptions().deprecated
    ]
    assert older == []
