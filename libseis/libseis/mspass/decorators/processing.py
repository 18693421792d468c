"""The wrappers of processing functions with one datum: type checks, dead data, ensembles, errors, history.

A wrapped function `f(data, ...)` gains the keywords of `Control`. If the wrapped function declares one of them, it also
receives it, and its default replaces the one in `Control`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass import logging_helper
from libseis.objects.kinds import DATA, ENSEMBLES, Datum, Ensemble, members_of
from libseis.warned import collected, tell


@dataclass(frozen=True, slots=True)
class Control:
    """Keywords that every wrapped function takes.

    - `object_history`, `alg_id`, `alg_name`: record the call in the history under this instance id (needed) and name
      (default: the function's);
    - `dryrun`: check the arguments, change nothing, return "OK";
    - `inplace_return`: return the datum rather than what the function returns;
    - `function_return_key`: put the returned value into the Metadata under this key and return the datum;
    - `handles_ensembles`: False makes a loop over the members of an ensemble, True hands the ensemble over;
    - `checks_arg0_type`: True leaves the check of the datum's type to the function;
    - `handles_dead_data`: True hands dead data over, otherwise they are returned unchanged;
    - `propagate_exceptions`: True raises what would otherwise go to the elog and kill the datum.
    """

    object_history: bool = False
    alg_id: str | None = None
    alg_name: str | None = None
    dryrun: bool = False
    inplace_return: bool = False
    function_return_key: str | None = None
    handles_ensembles: bool = True
    checks_arg0_type: bool = False
    handles_dead_data: bool = False
    propagate_exceptions: bool = False


CONTROL_NAMES = frozenset(field.name for field in fields(Control))


class _Wrapped:
    """A processing function, and the control keywords in its signature."""

    def __init__(self, function: Callable[..., Any], wrapper_name: str) -> None:
        parameters = inspect.signature(function).parameters
        self.function = function
        self.wrapper_name = wrapper_name
        self.declared = CONTROL_NAMES & parameters.keys()
        self.defaults = {
            name: parameters[name].default
            for name in self.declared
            if parameters[name].default is not inspect.Parameter.empty
        }
        self.default_control = Control(**self.defaults)

    def split(self, kwargs: dict[str, Any]) -> Control:
        """Take the control keywords out of `kwargs`, except those that the function declares."""
        given = CONTROL_NAMES & kwargs.keys()
        if not given:
            return self.default_control
        values = {name: kwargs[name] if name in self.declared else kwargs.pop(name) for name in given}
        return Control(**(self.defaults | values))


def _log_and_kill(data: Datum, algorithm: str, error: Exception) -> None:
    """Write `error` on the elog and kill the datum. In an ensemble, all live members get the entry and are killed
    too."""
    if isinstance(error, MsPASSError):
        message, severity = error.message, error.severity
    else:
        message, severity = f"{type(error).__name__}: {error}", ErrorSeverity.Invalid
    if isinstance(data, ENSEMBLES):
        for member in data.member:
            if member.live:
                member.elog.log_error(algorithm, message, severity)
                member.kill()
    data.elog.log_error(algorithm, message, severity)
    data.kill()


def _loop(
    wrapped: _Wrapped, call: Callable[[Datum], Any], control: Control, algorithm: str, ensemble: Ensemble
) -> Ensemble:
    """Run on each member. An ensemble without a live member afterwards is killed."""
    members = members_of(ensemble)
    for index, member in enumerate(members):
        result = _process(wrapped, call, control, algorithm, member)
        if result is not member and isinstance(result, type(member)):
            members[index] = result
    if not any(member.live for member in members):
        ensemble.elog.log_error(algorithm, "no member is live after this algorithm", ErrorSeverity.Invalid)
        ensemble.kill()
    return ensemble


def _keep_result(data: Datum, result: Any, control: Control, algorithm: str) -> None:
    """Put a returned value into the Metadata as `function_return_key` asks."""
    key = control.function_return_key
    if isinstance(key, str):
        data[key] = result
    else:
        data.elog.log_error(
            algorithm,
            f"Illegal type received for function_return_key argument={type(key)}\nReturn value not saved in Metadata",
            ErrorSeverity.Complaint,
        )
    if not control.inplace_return:
        data.elog.log_error(
            algorithm,
            "Inconsistent arguments; inplace_return was set False and function_return_key was not None.\n"
            "Assuming inplace_return == True is correct",
            ErrorSeverity.Complaint,
        )


def _process(wrapped: _Wrapped, call: Callable[[Datum], Any], control: Control, algorithm: str, data: Any) -> Any:
    if not isinstance(data, DATA):
        # only with checks_arg0_type; then the function itself raises or handles it
        return call(data)
    if data.dead() and not control.handles_dead_data:
        return data
    if isinstance(data, ENSEMBLES) and not control.handles_ensembles:
        return _loop(wrapped, call, control, algorithm, data)
    told: list[str] = []
    try:
        with collected() as told:
            result = call(data)
    except TypeError:
        # an argument of the wrong type is an error of the caller, so the datum is not killed
        raise
    except Exception as error:
        tell(data.elog, algorithm, told)
        fatal = isinstance(error, MsPASSError) and error.severity == ErrorSeverity.Fatal
        if fatal or control.propagate_exceptions:
            raise
        _log_and_kill(data, algorithm, error)
        return data
    tell(result.elog if isinstance(result, DATA) else data.elog, algorithm, told)
    if control.object_history:
        made = result if isinstance(result, DATA) else data
        logging_helper.info(made, str(control.alg_id), algorithm)
    if control.function_return_key is not None:
        _keep_result(data, result, control, algorithm)
        return data
    return data if control.inplace_return else result


def _run(wrapped: _Wrapped, call: Callable[[Datum], Any], control: Control, default_name: str, data: Any) -> Any:
    algorithm = control.alg_name or default_name
    if not control.checks_arg0_type and not isinstance(data, DATA):
        raise TypeError(f"{wrapped.wrapper_name} only accepts mspass object as data input")
    if control.object_history and control.alg_id is None:
        raise ValueError(f"{algorithm}: object_history was true but alg_id not defined")
    if control.function_return_key is not None and isinstance(data, ENSEMBLES):
        raise ValueError(
            f"{algorithm}: Usage error: function_return_key cannot be used with an ensemble; "
            "call the function on its members"
        )
    if control.dryrun:
        return "OK"
    return _process(wrapped, call, control, algorithm, data)


def mspass_func_wrapper(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make `function(data, ...)` a processing function; `Control` describes the keywords that it gets.

    Dead data are returned unchanged. An exception is written to the elog and kills the datum, except TypeError and a
    fatal MsPASSError, which are raised. The function must handle gaps itself.

    Parameters
    ----------
    function
        The function.

    Returns
    -------
    Callable[..., Any]
        The processing function.
    """
    wrapped = _Wrapped(function, "mspass_func_wrapper")

    @functools.wraps(function)
    def wrapper(data: Any, *args: Any, **kwargs: Any) -> Any:
        control = wrapped.split(kwargs)
        return _run(wrapped, lambda d: function(d, *args, **kwargs), control, function.__name__, data)

    return wrapper


def mspass_method_wrapper(method: Callable[..., Any]) -> Callable[..., Any]:
    """Make a method a processing method, as `mspass_func_wrapper` does.

    Parameters
    ----------
    method
        The method; the datum is its first argument after self, and its name is "Class.method".

    Returns
    -------
    Callable[..., Any]
        The processing method.
    """
    wrapped = _Wrapped(method, "mspass_method_wrapper")

    @functools.wraps(method)
    def wrapper(self: Any, data: Any, *args: Any, **kwargs: Any) -> Any:
        control = wrapped.split(kwargs)
        name = f"{type(self).__name__}.{method.__name__}"
        return _run(wrapped, lambda d: method(self, d, *args, **kwargs), control, name, data)

    return wrapper
