"""Manager: one station of one event, step by step: standardize, preprocess, window, measure, write, load, plot.

The Manager holds state and calls the functions of pairing, station and libseis.asdf, which do the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .. import asdf
from ..codes import code
from ..extras import require
from . import storage
from .adjoint import AdjointSource
from .comparable import stated_unit, with_units
from .config import Config
from .errors import ManagerError
from .evaluation import DEFAULT_PATH, Evaluation
from .flexwin import RejectedWindow, Window
from .geometry import Geometry, find_geometry
from .pairing import Pairs, Refusal, Windows, origin_offset, preprocess_pairs, standardize_streams, window_pairs
from .station import fixed_pairs, measure_pairs, source_half_duration, total_misfit

require("misfit")

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from obspy import Inventory, Stream
    from obspy.core.event import Event

    from ..asdf import DatasetLike


class Manager:
    """Compare observed with synthetic waveforms of one station.

    Every step returns the Manager, so that steps can be chained. `st_obs` and `st_syn` are not changed; processed
    copies are in `observed` and `synthetic`.

    Parameters
    ----------
    config
        Settings; the defaults without it.
    ds
        A dataset for the results (file name, h5py file, or pyasdf's ASDFDataSet). Results are saved at once if
        config.save_to_ds says so.
    event
        The event.
    st_obs
        Raw observed waveforms.
    st_syn
        Synthetic waveforms.
    inv
        Metadata of the station, with responses.
    """

    def __init__(
        self,
        config: Config | None = None,
        ds: DatasetLike | None = None,
        event: Event | None = None,
        st_obs: Stream | None = None,
        st_syn: Stream | None = None,
        inv: Inventory | None = None,
    ) -> None:
        self.config = config or Config()
        self.ds = ds
        self.event = event
        self.st_obs = st_obs
        self.st_syn = st_syn
        self.inv = inv
        self._reset()

    def _reset(self) -> None:
        self._standardized: Pairs | None = None
        self._preprocessed: Pairs | None = None
        self._windows: Windows | None = None
        self._geometry: Geometry | None = None
        self._sources: dict[str, AdjointSource] | None = None
        self._measure_refusals: tuple[Refusal, ...] = ()

    @property
    def code(self) -> str:
        """NET.STA of the station, "" without waveforms."""
        for stream in (self.st_obs, self.st_syn):
            if stream:
                return f"{code(stream[0].stats.network)}.{code(stream[0].stats.station)}"
        return ""

    @property
    def observed(self) -> Stream | None:
        """The observed stream after the steps that have run."""
        pairs = self._preprocessed or self._standardized
        return pairs.observed if pairs else self.st_obs

    @property
    def synthetic(self) -> Stream | None:
        """The synthetic stream after the steps that have run."""
        pairs = self._preprocessed or self._standardized
        return pairs.synthetic if pairs else self.st_syn

    @property
    def windows(self) -> dict[str, tuple[Window, ...]]:
        """Accepted windows by component; components without windows are left out."""
        selections = self._windows.selections if self._windows else {}
        return {component: s.windows for component, s in selections.items() if s.windows}

    @property
    def rejected(self) -> dict[str, tuple[RejectedWindow, ...]]:
        """Rejected windows by component, if window() was told to keep them."""
        selections = self._windows.selections if self._windows else {}
        return {component: s.rejected for component, s in selections.items() if s.rejected}

    @property
    def adjsrcs(self) -> Mapping[str, AdjointSource]:
        """Adjoint sources by component."""
        return self._sources or {}

    @property
    def misfit(self) -> float | None:
        """Sum of the components' misfits, None before measure()."""
        return total_misfit(self.adjsrcs)

    @property
    def geometry(self) -> Geometry | None:
        """Distance and azimuths, after standardize() with an event and an inventory."""
        return self._geometry

    @property
    def time_offset_sec(self) -> float | None:
        """Start of the synthetics in seconds after the origin, after standardize(); None without geometry."""
        if self._standardized is None or not self._standardized.synthetic or self._geometry is None:
            return None
        return -origin_offset(self._standardized.synthetic[0], self._geometry)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """The known reasons why components were left out."""
        if self._measure_refusals:
            return self._measure_refusals
        for stage in (self._windows, self._preprocessed, self._standardized):
            if stage is not None:
                return stage.refusals
        return ()

    @property
    def complaints(self) -> tuple[str, ...]:
        """Complaints about station metadata and units, after preprocess()."""
        return self._preprocessed.complaints if self._preprocessed is not None else ()

    def standardize(self) -> Self:
        """Give observed and synthetic the same start, rate and length."""
        if not self.st_obs or not self.st_syn:
            raise ManagerError(
                "standardize() needs st_obs and st_syn; give both or load() them.", needs="st_obs, st_syn"
            )
        self._reset()
        if self.event is not None and self.inv is not None:
            network, station = self.code.split(".")
            self._geometry = find_geometry(self.event, self.inv, network, station)
        self._standardized = standardize_streams(self.config, self.st_obs, self.st_syn)
        return self

    def preprocess(self) -> Self:
        """Remove the response, rotate, filter and convolve with the source time function, as the config says."""
        if self._standardized is None:
            raise ManagerError(
                "preprocess() needs standardized waveforms; call standardize() first.", needs="standardize"
            )
        self._preprocessed = preprocess_pairs(
            self._standardized,
            self.config,
            inventory=self.inv,
            geometry=self._geometry,
            half_duration=source_half_duration(self.config, self.event),
        )
        self._windows, self._sources, self._measure_refusals = None, None, ()
        return self

    def window(
        self,
        fix_windows: bool = False,
        iteration: int | None = None,
        step_count: int | None = None,
        save: bool | None = None,
        keep_rejected: bool = False,
    ) -> Self:
        """Select misfit windows, or measure the windows of another evaluation again.

        Parameters
        ----------
        fix_windows
            True to take the windows of another evaluation.
        iteration
            Iteration of that evaluation; without it, the latest evaluation before the config's own.
        step_count
            Step of that evaluation.
        save
            True to save into the dataset, in place of earlier windows; None to do as the config says.
        keep_rejected
            True to keep, and save, rejected windows too, with their reasons.

        Returns
        -------
        Self
            This Manager.
        """
        pairs = self._need_preprocessed("window")
        if fix_windows:
            stored = self._stored_windows(iteration, step_count)
            self._windows = fixed_pairs(pairs, self.config, self._geometry, stored)
        else:
            self._windows = window_pairs(pairs, self.config, self._geometry, keep_rejected=keep_rejected)
        self._sources, self._measure_refusals = None, ()
        if self._saves(save):
            self._save_windows(self._dataset())
        return self

    def measure(self, save: bool | None = None) -> Self:
        """Compute misfit and adjoint source of every component that has windows.

        Parameters
        ----------
        save
            True to save into the dataset; None to do as the config says.

        Returns
        -------
        Self
            This Manager.
        """
        pairs = self._need_preprocessed("measure")
        if self._windows is None or not self._windows.count:
            why = "; ".join(sorted({r.message for r in self.refusals})) if self._windows else "call window() first"
            raise ManagerError(f"measure() needs misfit windows, but there are none: {why}", needs="window")
        self._sources, self._measure_refusals = measure_pairs(pairs, self._windows, self.config, self._geometry)
        if self._saves(save):
            self._save_sources(self._dataset())
        return self

    def flow(
        self,
        fix_windows: bool = False,
        iteration: int | None = None,
        step_count: int | None = None,
        save: bool | None = None,
        keep_rejected: bool = False,
    ) -> Self:
        """Run standardize, preprocess, window and measure.

        If there is no window, nothing is measured: `misfit` stays None, `refusals` give the reasons, and results of an
        earlier run of this evaluation are removed from the dataset.

        Parameters
        ----------
        fix_windows
            True to take the windows of another evaluation.
        iteration
            Iteration of that evaluation; without it, the latest evaluation before the config's own.
        step_count
            Step of that evaluation.
        save
            True to save into the dataset; None to do as the config says.
        keep_rejected
            True to keep, and save, rejected windows too, with their reasons.

        Returns
        -------
        Self
            This Manager.
        """
        self.standardize().preprocess()
        self.window(fix_windows, iteration, step_count, save=save, keep_rejected=keep_rejected)
        if self._windows is not None and self._windows.count:
            return self.measure(save=save)
        if self._saves(save):
            self._save_sources(self._dataset())
        return self

    def write(self, write_to: DatasetLike | None = None) -> Self:
        """Store event, StationXML, raw waveforms, windows and adjoint sources, as far as they exist.

        Waveforms of the same channels and tags are replaced. Synthetics get the units that they state or that the
        config states. Config.write() writes the config.

        Parameters
        ----------
        write_to
            A dataset; without it, the Manager's own.

        Returns
        -------
        Self
            This Manager.
        """
        dataset = write_to if write_to is not None else self._dataset()
        with asdf.opened(dataset, "a") as file:
            if self.event is not None:
                asdf.write_event(file, self.event)
            if self.inv is not None:
                asdf.write_inventory(file, self.inv)
            if self.st_obs:
                asdf.write_stream(file, self.st_obs, self.config.observed_tag, replace=True)
            if self.st_syn:
                stated = with_units(self.st_syn, stated_unit(self.config).si)
                asdf.write_stream(file, stated, self.config.synthetic_waveform_tag, replace=True)
            if self._windows is not None:
                self._save_windows(file)
            if self._sources is not None:
                self._save_sources(file)
        return self

    def load(
        self,
        code: str,
        path: str | None = None,
        synthetic_tag: str | None = None,
        observed_tag: str | None = None,
        ds: DatasetLike | None = None,
    ) -> Self:
        """Load config, event, StationXML and waveforms of a station from a dataset.

        Windows and adjoint sources are not loaded; window(fix_windows=True) takes windows from the dataset.

        Parameters
        ----------
        code
            Network and station code, such as NZ.BFZ.
        path
            Path of the config ("default", "i01", "i01/s00"); without it the config is not changed.
        synthetic_tag
            Tag of the synthetic waveforms; by default that of the config.
        observed_tag
            Tag of the observed waveforms; by default that of the config.
        ds
            A dataset; without it, the Manager's own.

        Returns
        -------
        Self
            This Manager.
        """
        if ds is not None:
            self.ds = ds
        with asdf.opened(self._dataset()) as file:
            if path is not None:
                self.config = Config.read(file, path)
            events = asdf.read_events(file)
            self.event = events[0] if events else None
            self.inv = asdf.read_inventory(file, code)
            self.st_obs = asdf.read_stream(file, code, observed_tag or self.config.observed_tag)
            self.st_syn = asdf.read_stream(file, code, synthetic_tag or self.config.synthetic_waveform_tag)
        self._reset()
        return self

    def plot(self, choice: str = "both", save: str | Path | None = None) -> Figure:
        """Draw waveforms with windows and adjoint sources, or a map, or both.

        Parameters
        ----------
        choice
            "wav", "map" or "both".
        save
            Name of a file to write too (PNG, PDF or SVG, by its ending).

        Returns
        -------
        Figure
            The figure; no display is needed.
        """
        from .plots import plot_manager

        figure = plot_manager(self, choice)
        if save is not None:
            figure.savefig(save)
        return figure

    def preprocessed_pairs(self) -> Pairs:
        """The pairs that windows are selected on; ManagerError before preprocess()."""
        return self._need_preprocessed("plot")

    def _need_preprocessed(self, step: str) -> Pairs:
        if self._preprocessed is None:
            raise ManagerError(
                f"{step}() needs preprocessed waveforms; call standardize().preprocess() first.", needs="preprocess"
            )
        return self._preprocessed

    def _dataset(self) -> DatasetLike:
        if self.ds is None:
            raise ManagerError("There is no dataset; give Manager(ds=…).", needs="ds")
        return self.ds

    def _saves(self, save: bool | None) -> bool:
        if save is None:
            return self.ds is not None and self.config.save_to_ds
        return save

    def _stored_windows(self, iteration: int | None, step_count: int | None) -> dict[str, list[Window]]:
        """Windows by component letter, of a given evaluation or of the one before the config's evaluation."""
        with asdf.opened(self._dataset()) as file:
            if iteration is not None:
                wanted: Evaluation | None = Evaluation(iteration, step_count)
            elif self.config.iteration is None:
                wanted = Evaluation.from_path(DEFAULT_PATH)
            else:
                wanted = self.config.evaluation.previous(storage.evaluations(file))
            if wanted is None:
                raise ManagerError(
                    f"{self.config.aux_path} is the first evaluation of the dataset; no earlier windows can be fixed.",
                    needs="windows",
                )
            stored = storage.read_station_windows(file, wanted.path, self.code)
        channels = {trace.id for trace in self._need_preprocessed("window").observed}
        return {channel[-1]: windows for channel, windows in stored.items() if channel in channels}

    def _save_windows(self, dataset: DatasetLike) -> None:
        """Store the windows of every examined component, in place of the windows of an earlier run."""
        pairs, found = self._need_preprocessed("window"), self._windows or Windows()
        with asdf.opened(dataset, "a") as file:
            for component, observed, synthetic in pairs.components():
                selection = found.selections.get(component)
                windows = selection.windows if selection else ()
                start = str(synthetic.stats.starttime)
                storage.write_windows(file, self.config.aux_path, observed.id, start, windows)
                rejected = selection.rejected if selection else ()
                storage.write_rejected(file, self.config.aux_path, observed.id, rejected)

    def _save_sources(self, dataset: DatasetLike) -> None:
        from .adjoint import specfem_channel

        pairs = self._need_preprocessed("measure")
        with asdf.opened(dataset, "a") as file:
            for component, observed, synthetic in pairs.components():
                source = self.adjsrcs.get(component)
                if source is not None:
                    storage.write_adjoint_source(file, self.config.aux_path, source)
                else:
                    code = specfem_channel(float(synthetic.stats.delta), component)
                    storage.remove_adjoint_source(file, self.config.aux_path, observed.id, code)

    def __repr__(self) -> str:
        done = [
            ("standardized", self._standardized is not None),
            ("preprocessed", self._preprocessed is not None),
        ]
        windows = ", ".join(f"{c}: {len(w)}" for c, w in self.windows.items()) or "none"
        misfit = "not measured" if self.misfit is None else f"{self.misfit:.6g}"
        lines = [
            f"Manager of {self.code or 'no station'}",
            f"    dataset      {_dataset_name(self.ds)}",
            f"    evaluation   {self.config.aux_path}, synthetics tagged {self.config.synthetic_waveform_tag}",
            f"    event        {_event_name(self.event)}",
            f"    inventory    {'yes' if self.inv is not None else 'none'}",
            f"    observed     {_stream_name(self.observed)}",
            f"    synthetic    {_stream_name(self.synthetic)}",
            f"    done         {', '.join(name for name, is_done in done if is_done) or 'nothing yet'}",
            f"    windows      {windows}",
            f"    misfit       {misfit}",
        ]
        lines += [f"    complaint    {text}" for text in self.complaints]
        lines += [f"    refused {r.component}    {r.message}" for r in self.refusals]
        return "\n".join(lines)


def _dataset_name(ds: Any) -> str:
    if ds is None:
        return "none"
    return str(ds) if isinstance(ds, (str, Path)) else Path(ds.filename).name


def _event_name(event: Event | None) -> str:
    return "none" if event is None else str(event.resource_id.id).rsplit("/", 1)[-1]


def _stream_name(stream: Stream | None) -> str:
    if not stream:
        return "none"
    first = stream[0].stats
    return f"{', '.join(t.id for t in stream)}; {first.npts} samples at {first.sampling_rate:g} Hz"
