"""The error classes of the services and the client, and all errors that a user can catch.

SeisbusError (Exception)
├── UserError                what a user can cause and mend: exit code 2, gRPC INVALID_ARGUMENT
│   ├── JobFileError         a job file that cannot be run
│   ├── NotFoundError        a name that does not exist: gRPC NOT_FOUND
│   └── StateError           right request at the wrong time: gRPC FAILED_PRECONDITION
├── ClientError              control refused or failed; its sentence
│   └── UnreachableError     control does not answer at all
├── FailedJobError           a job that failed, for whoever waited for it
├── WaveformError            stored bytes that are not what their document says
├── DatasetError             a dataset's bytes that are not those that were built
├── UnavailableError         a server that does not answer: exit code 1; held and retried inside services
└── PoisonError              a message that no retry can help: dead-lettered at once

Other errors are subclasses of these, defined in the modules that raise them. Messages are whole sentences.
"""

from __future__ import annotations

from enum import StrEnum


class SeisbusError(Exception):
    """Base of all errors of the services.

    Parameters
    ----------
    message
        One sentence that says what was wrong, what was expected and what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UserError(SeisbusError):
    """A request of the user cannot be carried out as it is."""


class JobFileError(UserError):
    """A job file that cannot be run; the message names the key, what was found and what was expected."""


class NotFoundError(UserError):
    """A named thing does not exist."""


class StateError(UserError):
    """The thing exists but is not in a state that allows the request."""


class UnavailableError(SeisbusError):
    """A server (`hop`: NATS, MongoDB, S3, control ...) cannot be reached or refuses to work for now."""

    def __init__(self, hop: str, message: str) -> None:
        super().__init__(message)
        self.hop = hop


class PoisonError(SeisbusError):
    """A message that cannot be handled, even if it is delivered again."""


class Failure(StrEnum):
    """Who must act after a failure."""

    USER = "user"  # the user must change the request
    SERVICE = "service"  # a server must come back, or an operator must repair it


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
    why
        Why control was looked for at this address.
    """

    def __init__(self, address: str, problem: str = "", why: str = "") -> None:
        place = f"{address} ({why})" if why else address
        super().__init__(
            f"No connection to Seisbus control at {place}: {problem}."
            if problem
            else f"No Seisbus control service answers at {place}: start one with `seisbus up`, "
            "or give the right address (--address, SEISBUS_CONTROL_ADDRESS).",
            "UNAVAILABLE",
            Failure.SERVICE,
        )
        self.address = address


class FailedJobError(SeisbusError):
    """A job that somebody waited for has failed.

    Parameters
    ----------
    job
        Its id.
    problem
        Why it failed.
    """

    def __init__(self, job: str, problem: str) -> None:
        super().__init__(f"Job {job} failed: {problem.rstrip('.') or 'nothing says why'}.")
        self.job = job


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
