"""What a client can run into.

SeisbusError
├── ClientError              control refused or failed; its sentence
│   └── UnreachableError     control does not answer at all
├── WaveformError            stored bytes that are not what their document says
└── DatasetError             a dataset's bytes that are not those that were built
"""

from __future__ import annotations

from enum import StrEnum

from ..errors import SeisbusError


class Failure(StrEnum):
    """Whose turn it is after a failure."""

    USER = "user"  # the request has to change
    SERVICE = "service"  # a server has to come back, or be mended


class ClientError(SeisbusError):
    """A call to control that did not succeed.

    Parameters
    ----------
    message
        Control's sentence.
    code
        Name of the gRPC status.
    failure
        Whether the request or a server is the cause.
    """

    def __init__(self, message: str, code: str, failure: Failure) -> None:
        super().__init__(message)
        self.code = code
        self.failure = failure


class UnreachableError(ClientError):
    """No control service answers at an address.

    Parameters
    ----------
    address
        The address.
    problem
        Why there is no connection.
    """

    def __init__(self, address: str, problem: str = "") -> None:
        super().__init__(
            f"No connection to Seisbus control at {address}: {problem}."
            if problem
            else f"No Seisbus control service answers at {address}: start one with `seisbus up`, "
            "or give the right address (--address, SEISBUS_CONTROL_ADDRESS).",
            "UNAVAILABLE",
            Failure.SERVICE,
        )
        self.address = address


class WaveformError(SeisbusError):
    """A stored waveform that cannot be turned into samples.

    Parameters
    ----------
    document
        Id of its wf document.
    problem
        Why it cannot be read.
    """

    def __init__(self, document: str, problem: str) -> None:
        super().__init__(f"Waveform {document}: {problem}")
        self.document = document


class DatasetError(SeisbusError):
    """A file of a dataset whose bytes are not those that were built.

    Parameters
    ----------
    dataset
        Id of the dataset's document.
    file
        Name of the file.
    """

    def __init__(self, dataset: str, file: str) -> None:
        super().__init__(
            f"Dataset {dataset}: the bytes of {file} are not those that were built (their SHA-256 differs); a later "
            "export may have replaced it: look at that one's datasets, or export again."
        )
        self.dataset = dataset
        self.file = file
