"""Report the costs of the ways to read: a table, each target with its measured value, and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from .range_ways import SERVERS, SERVICES, Scenario, Way


def report(scenario: Scenario, ways: Sequence[Way], figures: dict[str, float]) -> Table:
    """The ways side by side."""
    line = scenario.line
    emulated = (
        f"{line.round_trip * 1000:.0f} ms, {line.total / 1e6:.0f} Mbit/s, a flow {(line.connection or 0) / 1e6:.0f}"
        if line.total
        else "local network"
    )
    table = Table(
        title=f"{scenario.name}: {figures['objects']:.0f} objects of {figures['mean_object_mb']:.1f} MB, seed "
        f"{scenario.spec.seed}, {emulated}; own record bytes {figures['own_mb']:.0f} MB; "
        f"listing before the clock {figures['listing_seconds']:.1f} s"
    )
    columns = ("", "wall s", "saved", "requests", "MB", "over own", "req/object mean, p95", "CPU s", "servers' CPU s")
    for column in (*columns, "peak MB"):
        table.add_column(column, justify="right")
    for way in ways:
        peak = max((p for n, p in way.peak_mb.items() if n not in SERVERS), default=0.0)
        table.add_row(
            way.name, f"{way.seconds:.1f}", str(way.saved), str(way.requests), f"{way.megabytes:.0f}",
            f"{way.over_own:.2f}", f"{way.requests_mean:.2f}, {way.requests_p95:.0f}", f"{way.work_cpu:.1f}",
            f"{way.server_cpu:.1f}", f"{peak:.0f}",
        )  # fmt: skip
    return table


def verdicts(scenario: Scenario, ways: Sequence[Way], figures: dict[str, float]) -> list[str]:
    """Each target of the scenario with the measured value."""
    by_name = {way.name: way for way in ways}
    cold = by_name["Seisbus, cold"]
    warm = by_name.get("Seisbus, warm: other window after build")
    out = []

    def say(what: str, value: float, bound: float, *, least: bool = False) -> None:
        met = value >= bound if least else value <= bound
        out.append(f"{'met ' if met else 'MISS'} {what}: {value:.2f} ({'at least' if least else 'at most'} {bound})")

    if scenario.name == "network":
        say("time over the own bytes' time, cold", cold.seconds / figures["own_seconds"], 1.35)
        if warm:
            say("the same, warm", warm.seconds / figures["own_other_seconds"], 1.15)
        for name, bound in (("plain loop", 25), ("plain loop, 16 threads", 8), ("seisfetch", 8)):
            if name in by_name:
                say(f"times faster than {name}", by_name[name].seconds / cold.seconds, bound, least=True)
    if scenario.name == "local":
        say("times faster than plain loop", by_name["plain loop"].seconds / cold.seconds, 3, least=True)
        services = sum(cold.cpu.get(name, 0.0) for name in SERVICES)
        say("CPU of the services over obspy.read", services / figures["obspy_cpu"], 0.3)
    if scenario.name == "limit":
        say("time over the own bytes' time, cold", cold.seconds / figures["own_seconds"], 2.0)
        if warm:
            say("the same, warm", warm.seconds / figures["own_other_seconds"], 1.3)
    if scenario.name != "many":  # its objects hold six hours, but a search expects a whole day
        say("bytes over own, cold", cold.over_own, 1.25)
        # probes of both ends are sent together: two to three round trips, during which others use the line
        say("requests an object in the mean, cold", cold.requests_mean, 4)
    if warm:
        say("bytes over own, warm", warm.over_own, 1.15)
        say("requests an object in the mean, warm", warm.requests_mean, 1)
    if scenario.name == "many":
        for service in SERVICES:
            say(f"peak MB of {service}", cold.peak_mb.get(service, 0.0), 400)
    return out


def picture(scenario: Scenario, ways: Sequence[Way], path: Path) -> None:
    """Wall and megabytes of each way as bars on log scales."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(12, 0.6 + 0.5 * len(ways)), sharey=True, layout="constrained")
    names = [way.name for way in ways]
    for axis, values, label in (
        (axes[0], [way.seconds for way in ways], "wall (s)"),
        (axes[1], [way.megabytes for way in ways], "bytes moved (MB)"),
    ):
        colours = ["#1f77b4" if name.startswith("Seisbus") else "#999999" for name in names]
        bars = axis.barh(names, values, color=colours)
        axis.bar_label(bars, fmt="%.1f", padding=3)
        axis.set_xscale("log")
        axis.set_xlabel(label)
        axis.set_xlim(min(1, min(values) / 2), 2.5 * max(values))
    axes[0].invert_yaxis()
    figure.suptitle(f"{scenario.name}: {len(ways)} ways of the same windows")
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
