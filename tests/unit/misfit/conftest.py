"""The published example (inputs from SEISBUS_TEST_DATA) and a made-up station whose parts tests spoil."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from obspy import Inventory, Stream, read, read_events, read_inventory
from obspy.core.event import Event

from libseis.misfit import Config, Example, Manager, example


@dataclass(frozen=True)
class Published:
    """What the published page worked on."""

    event: Event
    inv: Inventory
    st_obs: Stream
    st_syn: Stream

    def manager(self, **kwargs: object) -> Manager:
        """A Manager of copies of it."""
        return Manager(event=self.event, inv=self.inv, st_obs=self.st_obs.copy(), st_syn=self.st_syn.copy(), **kwargs)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def published() -> Published:
    root = Path(__file__).parents[3]
    folder = Path(os.environ.get("SEISBUS_TEST_DATA", root / "../shared/data")) / "pyatoa"
    if not folder.is_dir():
        pytest.skip("SEISBUS_TEST_DATA has no folder pyatoa (inputs of the published example)")
    return Published(
        read_events(folder / "test_catalog_2018p130600.xml")[0],
        read_inventory(folder / "test_dataless_NZ_BFZ.xml"),
        read(folder / "test_obs_data_NZ_BFZ_2018p130600.ascii"),
        read(folder / "test_syn_data_NZ_BFZ_2018p130600.ascii"),
    )


@pytest.fixture
def made() -> Example:
    return example()


@pytest.fixture
def manager(made: Example) -> Callable[..., Manager]:
    """Managers of the made-up station; keywords replace its parts."""

    def make(**parts: object) -> Manager:
        given = {
            "event": made.event, "inv": made.inv, "st_obs": made.st_obs.copy(), "st_syn": made.st_syn.copy(),
            "config": Config(),
        }  # fmt: skip
        return Manager(**{**given, **parts})  # type: ignore[arg-type]

    return make
