"""The wrappers of processing functions with two data objects: independent inputs, and reduce operators."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass import logging_helper
from libseis.objects.kinds import ATOMIC, DATA, ENSEMBLES, Datum

HARMLESS = (ErrorSeverity.Debug, ErrorSeverity.Informational)
"""Severities of a MsPASSError that a reduce operator logs; it raises others, as MsPASS does."""


def _without_data(d: Datum) -> bool:
    """True for dead data, and for ensembles without a live member, even if the ensemble is marked live."""
    if isinstance(d, ENSEMBLES):
        return not any(member.live for member in d.member)
    return bool(d.dead())


def is_input_dead(*args: Any, **kwargs: Any) -> bool:
    """Return whether any data object among the arguments is dead.

    Parameters
    ----------
    *args
        Arguments of a function.
    **kwargs
        Arguments of a function.

    Returns
    -------
    bool
        True if there is a dead one; an ensemble is dead if it is marked so, or if none of its members is live.
    """
    return any(value.dead() or _without_data(value) for value in (*args, *kwargs.values()) if isinstance(value, DATA))


def _log(data: Datum, algorithm: str, error: Exception) -> None:
    message, severity = f"{type(error).__name__}: {error}", ErrorSeverity.Invalid
    if isinstance(error, MsPASSError):
        message, severity = error.message, error.severity
    if isinstance(data, ATOMIC):
        data.elog.log_error(algorithm, message, severity)
    else:
        logging_helper.ensemble_error(data, algorithm, message, severity)


def _is_fatal(error: Exception) -> bool:
    return isinstance(error, MsPASSError) and bool(error.severity == ErrorSeverity.Fatal)


def mspass_func_wrapper_multi(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make `function(data1, data2, ...)` a processing function with object_history, alg_id, alg_name and dryrun.

    If an input is dead, the function is not called and the result is None. An exception (other than TypeError and a
    fatal MsPASSError) is logged on both inputs and kills both; then the result is data1. The function must handle gaps
    itself.

    Parameters
    ----------
    function
        The function.

    Returns
    -------
    Callable[..., Any]
        The processing function.
    """

    @functools.wraps(function)
    def wrapper(
        data1: Any,
        data2: Any,
        *args: Any,
        object_history: bool = False,
        alg_id: str | None = None,
        alg_name: str | None = None,
        dryrun: bool = False,
        **kwargs: Any,
    ) -> Any:
        algorithm = alg_name or function.__name__
        if not isinstance(data1, DATA) or not isinstance(data2, DATA):
            raise TypeError("mspass_func_wrapper_multi only accepts mspass object as data input")
        if object_history and alg_id is None:
            raise ValueError(f"{algorithm}: object_history was true but alg_id not defined")
        if dryrun:
            return "OK"
        if is_input_dead(data1, data2):
            return None
        try:
            result = function(data1, data2, *args, **kwargs)
        except TypeError:
            raise
        except Exception as error:
            if _is_fatal(error):
                raise
            for data in (data1, data2):
                _log(data, algorithm, error)
                data.kill()
            return data1
        if object_history:
            logging_helper.info(data1, str(alg_id), algorithm)
            logging_helper.info(data2, str(alg_id), algorithm)
        return result

    return wrapper


def mspass_reduce_func_wrapper(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make `function(data1, data2, ...)` a reduce operator that merges data2 into data1.

    If an input is dead, the other one is returned. An exception is logged on both inputs and kills both; then data1 is
    returned. TypeError is raised, and so is a MsPASSError that is worse than Debug. If the function returns None, data1
    is returned.

    Parameters
    ----------
    function
        The function.

    Returns
    -------
    Callable[..., Any]
        The reduce operator.
    """

    @functools.wraps(function)
    def wrapper(
        data1: Any,
        data2: Any,
        *args: Any,
        object_history: bool = False,
        alg_id: str | None = None,
        alg_name: str | None = None,
        dryrun: bool = False,
        **kwargs: Any,
    ) -> Any:
        algorithm = alg_name or function.__name__
        if not isinstance(data1, DATA) or not isinstance(data2, DATA):
            raise TypeError("only mspass objects are supported in reduce wrapped methods")
        if type(data1) is not type(data2):
            raise TypeError("data2 has a different type as data1")
        if object_history and alg_id is None:
            raise ValueError(f"{algorithm}: object_history was true but alg_id not defined")
        if dryrun:
            return "OK"
        if _without_data(data2):
            return data1
        if _without_data(data1):
            return data2
        try:
            result = function(data1, data2, *args, **kwargs)
        except TypeError:
            raise
        except Exception as error:
            if isinstance(error, MsPASSError) and error.severity not in HARMLESS:
                raise
            for data in (data1, data2):
                _log(data, algorithm, error)
                data.kill()
            return data1
        if object_history:
            logging_helper.reduce(data1, data2, str(alg_id), algorithm)
        return data1 if result is None else result

    return wrapper
