"""Charts of what was measured (docs/measured). `docs/_extensions/drawn.py NAME FILE` saves one as a picture."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import fill
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

MEASURED = Path(__file__).resolve().parents[1] / "measured"
# by Okabe and Ito, which the colour-blind can tell apart
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_GREY = "#777777"


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((MEASURED / f"{name}.json").read_text())
    return found


def _log_axes(axes: Axes, x: list[float], across: str, up: str) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(x, [f"{value:,.0f}" for value in x], minor=False)
    axes.minorticks_off()
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.margins(x=0.12, y=0.12)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)


def replicas() -> Figure:
    """Windows a second against replicas, each job beside the line through its first point."""
    cases = [case for case in _read("replicas")["cases"].values() if case["database_cores"] is None]
    jobs = sorted({case["job"] for case in cases})
    figure = Figure(figsize=(8.5, 3.6), layout="constrained")
    for axes, job, colour in zip(figure.subplots(1, len(jobs)), jobs, _COLOURS, strict=False):
        own = sorted((case for case in cases if case["job"] == job), key=lambda case: int(case["replicas"]))
        x = [case["replicas"] for case in own]
        alone = own[0]["windows_per_s"]
        axes.plot(x, [alone * n for n in x], color=_GREY, linestyle="--", linewidth=1, label="linear")
        axes.plot(x, [case["windows_per_s"] for case in own], "o-", color=colour, label="measured")
        for case in own:
            if case["full"]:
                place = (case["replicas"], case["windows_per_s"])
                axes.annotate(case["full"], place, (4, -12), textcoords="offset points", fontsize=7, color=_GREY)
        _log_axes(axes, x, "replicas, a quarter of a core each", "windows/s")
        axes.set_title(job, fontsize=10)
        axes.legend(frameon=False, fontsize=8)
    return figure


def job_sizes() -> Figure:
    """Windows a second against windows of the job, beside the plain loop."""
    found = _read("job_sizes")
    own = sorted(found["sizes"].values(), key=lambda one: int(one["windows"]))
    x = [one["windows"] for one in own]
    figure = Figure(figsize=(5.5, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.plot(x, [one["windows_per_s"] for one in own], "o-", color=_COLOURS[0], label="Seisbus, whole job")
    axes.axhline(found["plain_loop_windows_per_s"], color=_GREY, linestyle="--", linewidth=1, label="plain loop")
    _log_axes(axes, x, "windows of the job", "windows/s")
    axes.legend(frameon=False, fontsize=8)
    return figure


def scale() -> Figure:
    """Simulated windows a second against pods: as installed, and with remedies until only pods are full."""
    large = _read("simulation")["large"]
    figure = Figure(figsize=(4.4 * len(large), 3.8), layout="constrained")
    for axes, (name, job) in zip(figure.subplots(1, len(large)), large.items(), strict=True):
        pods = sorted(int(key) for key in job if key.isdecimal())
        installed = [job[str(n)][0] for n in pods]
        best = [max(job[str(n)], key=lambda step: float(step["windows_per_s"])) for n in pods]
        first = installed[0]["windows_per_s"]
        axes.plot(pods, [first * n / pods[0] for n in pods], color=_GREY, linestyle="--", linewidth=1, label="linear")
        axes.plot(pods, [step["windows_per_s"] for step in best], "s-", color=_COLOURS[1], label="with remedies")
        axes.plot(pods, [step["windows_per_s"] for step in installed], "o-", color=_COLOURS[0], label="as installed")
        for n, step in zip(pods, installed, strict=True):
            place = (n, step["windows_per_s"])
            axes.annotate(
                fill(step["full"].partition(",")[0], 18),
                place, (0, -5), textcoords="offset points", fontsize=7, ha="center", va="top",
            )  # fmt: skip
        _log_axes(axes, [float(n) for n in pods], "pods of one core", "windows/s")
        axes.set_title(name, fontsize=9)
        axes.legend(frameon=False, fontsize=8)
    return figure


CHARTS: dict[str, Callable[[], Figure]] = {"replicas": replicas, "job_sizes": job_sizes, "scale": scale}


_OF = {"replicas": "replicas", "job_sizes": "job_sizes", "scale": "simulation"}


def there() -> set[str]:
    """The charts whose figures are kept."""
    return {name for name, figures in _OF.items() if (MEASURED / f"{figures}.json").exists()}


if __name__ == "__main__":
    CHARTS[sys.argv[1]]().savefig(sys.argv[2], dpi=110)
