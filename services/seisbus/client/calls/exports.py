"""Calls about what jobs made: exports and their datasets, total misfits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from libseis.codes import location_text
from seis.control.v1 import control_pb2 as pb

from ...errors import UserError
from ...model.dataset_places import DatasetPlace, log_of
from ...model.misfit_documents import TotalMisfit
from ...model.shown import Listing
from ..download import download
from ..export import MINISEED, check_version, convert_dataset, miniseed_format
from ..values import (
    Job,
    total_misfit,
)
from .base import Rows, job_name
from .jobs import JobCalls


class ExportCalls(JobCalls):
    """Calls about exports, datasets and misfits."""

    async def export(
        self,
        format: str,
        *,
        version: int | None = None,
        job: str = "",
        tag: str = "",
        event: str = "",
        misfit: str | Sequence[str] = (),
        folder: str = "",
        waveform_tag: str = "",
        net: str = "*",
        sta: str = "*",
        loc: str = "*",
        chan: str = "*",
    ) -> Job:
        """Start a job that makes datasets of stored waveforms.

        The waveforms must fit all of job, tag and event that are given. When the job is closed, `datasets` says where
        the datasets are.

        Parameters
        ----------
        format
            asdf, mseed, mseed3, sac, parquet, seisbench or specfem.
        version
            2 or 3, for mseed.
        job
            Id of the job that stored the waveforms.
        tag
            Their data_tag.
        event
            Id of their event.
        misfit
            Ids of misfit jobs. Their synthetics, windows and adjoint sources are added to asdf; specfem is made of
            exactly one.
        folder
            Folder below `exports`; without it, named by job, tag or event.
        waveform_tag
            Tag of the waveforms in ASDF; "observed" by default.
        net
            Network codes, with wildcards.
        sta
            Station codes, with wildcards.
        loc
            Location codes, with wildcards.
        chan
            Channel codes, with wildcards.

        Returns
        -------
        Job
            The job.
        """
        format = miniseed_format(format, version)
        misfits = [one.removeprefix("jobs/") for one in ([misfit] if isinstance(misfit, str) else misfit)]
        wanted: dict[str, Any] = {"job": job.removeprefix("jobs/"), "tag": tag, "event": event, "folder": folder}
        wanted["misfit"] = [one for one in misfits if one]
        wanted |= {"format": format, "waveform_tag": waveform_tag}
        return await self.submit(
            {
                "kind": "export",
                "name": f"export of {job or tag or event} as {format}",
                "select": {"net": net, "sta": sta, "loc": location_text(loc), "chan": chan},
                "export": {key: value for key, value in wanted.items() if value},
            }
        )

    async def datasets(self, job: str, *, limit: int = 0, skip: int = 0) -> Rows[dict[str, Any]]:
        """Return what an export built.

        Parameters
        ----------
        job
            Id of the export job.
        limit
            Largest number; 0 means all.
        skip
            So many are left out before the first.

        Returns
        -------
        Rows[dict[str, Any]]
            Documents with path (below the output folder), format, waveforms, size, problems and more.
        """
        return await self._documents("ListDatasets", pb.ListDatasetsRequest(name=job_name(job)), limit, skip)

    async def download(
        self, dataset: Mapping[str, Any], folder: Path | str = ".", *, version: int | None = None
    ) -> Path:
        """Copy a dataset, with the file of its error logs if there is one, and check the copy against its checksums.

        Parameters
        ----------
        dataset
            A document of `datasets`.
        folder
            Where to put it.
        version
            2 or 3 converts the copy of a miniSEED dataset to this version.

        Returns
        -------
        Path
            Path of the copy.

        Raises
        ------
        DatasetError
            The bytes differ from the bytes that were built.
        """
        check_version(version)
        if version is not None and dataset["format"] not in MINISEED:
            raise UserError(f"The dataset is {dataset['format']}; only miniSEED has a version 2 or 3.")
        if (log := log_of(cast(DatasetPlace, dataset))) is not None:
            await download(log, self._dataset_files(log, log=True), Path(folder))
        path = await download(dataset, self._dataset_files(dataset), Path(folder))
        if version is not None and dataset["format"] != MINISEED[version - 2]:
            await asyncio.to_thread(convert_dataset, path, version)
        return path

    async def _dataset_files(
        self, dataset: Mapping[str, Any], *, log: bool = False
    ) -> AsyncIterator[tuple[str, bytes]]:
        if self._direct is not None:
            async for name, data in self._direct.files(dataset):
                yield name, data
            return
        request = pb.StreamDatasetRequest(dataset=str(dataset["_id"]), log=log)
        async for message in self._connection.stream("StreamDataset", request):
            yield message.file, message.data

    async def misfits(self, job: str) -> list[TotalMisfit]:
        """Return the total misfits of a misfit job.

        Parameters
        ----------
        job
            Id of the job.

        Returns
        -------
        list[TotalMisfit]
            One per event and evaluation, in this order.
        """
        response = await self._connection.call("ListMisfits", pb.ListMisfitsRequest(name=job_name(job)))
        return Listing([total_misfit(row) for row in response.rows])
