"""Calls about how stored data were made."""

from __future__ import annotations

from seis.control.v1 import control_pb2 as pb

from ..values import History
from .base import Calls


class HistoryCalls(Calls):
    """Calls about how data were made."""

    async def history(self, identity: str) -> History:
        """Return how a stored waveform was made, with a job file that makes it again.

        Parameters
        ----------
        identity
            `_id` of a wf document, or id of a saved window.

        Returns
        -------
        History
            What is known.

        Raises
        ------
        ClientError
            There is no such waveform.
        """
        return History.of(await self._connection.call("GetHistory", pb.GetHistoryRequest(id=identity)))
