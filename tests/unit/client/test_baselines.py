"""Each kind of picture looks as it did when somebody looked at it: baseline/ has them.

`make baselines` draws them again; look at each before you commit it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("matplotlib", reason="the extra plot is not installed")
pytest.importorskip("pyadjoint", reason="the extra misfit is not installed")

from matplotlib.figure import Figure

from libseis.codes import Channel
from libseis.isotime import DAY_NS
from libseis.misfit import Config, example
from seisbus.client.map import plot_map
from seisbus.client.plot import plot
from seisbus.client.plot_kinds import plot_availability, plot_components, plot_spectrogram
from seisbus.client.values import Availability
from seisbus.model.outcome import Ledger
from support import pictures

BASELINE = Path(__file__).with_name("baseline")


def availability() -> list[Availability]:
    """Ten days of four channels, of which each lacks something else."""
    return [
        Availability(
            Channel("CI", sta, "", "BHZ"),
            (17_000 + day) * DAY_NS,
            Ledger(24, saved := max(0, 24 - (day * (number + 1)) % 31), 24 - saved),
            (),
        )
        for number, sta in enumerate(pictures.CLOSE)
        for day in range(10)
        if (day, sta) != (4, "BZN")
    ]


def misfit(choice: str) -> Figure:
    """The figure of a Manager of the example."""
    manager = example().manager(config=Config(save_to_ds=False)).flow()
    return manager.plot(choice)


KINDS: dict[str, Callable[[], Any]] = {
    "section_code": lambda: plot(pictures.traces(), order="code", title="By code"),
    "section_distance": lambda: plot(pictures.traces(), order="distance", phases=["P", "S"]),
    "section_image": lambda: plot(pictures.traces(), "image", order="distance"),
    "section_down": lambda: plot(pictures.traces(), "wtvaim", order="distance", time_axis="down"),
    "sensors": lambda: plot(pictures.sensors(), order="distance", phases=["P"]),
    "components": lambda: plot_components(pictures.sensors().member[0], phases=["P"]),
    "spectrogram": lambda: plot_spectrogram(pictures.chirp()),
    "availability": lambda: plot_availability(availability(), title="Ten days"),
    "map_far": lambda: plot_map([pictures.place(sta) for sta in pictures.STATIONS]),
    "map_near": lambda: plot_map([pictures.place(sta, near=True) for sta in pictures.CLOSE]),
    "misfit_waves": lambda: misfit("wav"),
    "misfit_map": lambda: misfit("map"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_as_it_was_kept(kind: str, tmp_path: Path) -> None:
    pictures.assert_as_kept(KINDS[kind], BASELINE / f"{kind}.png", tmp_path / f"{kind}.png")


def test_each_picture_is_kept_and_small() -> None:
    kept = {path.stem: path.stat().st_size for path in BASELINE.glob("*.png")}
    assert set(kept) == set(KINDS) and max(kept.values()) < 40_000


def test_another_picture_is_found(tmp_path: Path) -> None:
    """A trace upside down, and a heading that is missing."""

    def turned() -> Figure:
        data = pictures.traces()
        data.member[0].data *= -1
        return plot(data, order="code", title="By code")

    for draw in (turned, lambda: plot(pictures.traces(), order="code")):
        with pytest.raises(AssertionError, match="make baselines"):
            pictures.assert_as_kept(draw, BASELINE / "section_code.png", tmp_path / "other.png")
    assert (tmp_path / "other.png").exists()
