"""The steps that jobs may name: registration, user steps of other packages, and building a chain from a job file."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from libseis.objects.kinds import Atomic
from libseis.steps import isolation
from libseis.steps.parameters import REQUIRED, Kind, Parameter, check_values
from libseis.steps.step import Step, StepContext, StepDefinition, StepError

KIND_OF_ANNOTATION: dict[Any, Kind] = {
    float: Kind.NUMBER,
    int: Kind.INTEGER,
    bool: Kind.BOOLEAN,
    str: Kind.TEXT,
    list[float]: Kind.NUMBERS,
    tuple[float, ...]: Kind.NUMBERS,
}

_definitions: dict[str, StepDefinition] = {}


def register(definition: StepDefinition) -> StepDefinition:
    """Add a step.

    Parameters
    ----------
    definition
        The step.

    Returns
    -------
    StepDefinition
        The same definition.

    Raises
    ------
    StepError
        Another definition has this name.
    """
    present = _definitions.get(definition.name)
    if present is not None and present != definition:
        raise StepError((f"The step {definition.name!r} is already registered; choose another name.",))
    _definitions[definition.name] = definition
    return definition


def definitions() -> Mapping[str, StepDefinition]:
    """All registered steps by name."""
    return dict(sorted(_definitions.items()))


def _parameter(owner: str, parameter: inspect.Parameter, annotation: Any) -> Parameter:
    options = typing.get_args(annotation)
    optional = type(None) in options
    if optional and len(options) == 2:
        annotation = next(option for option in options if option is not type(None))
    choices: tuple[str, ...] = ()
    if typing.get_origin(annotation) is typing.Literal:
        choices, annotation = typing.get_args(annotation), str
    if annotation not in KIND_OF_ANNOTATION:
        kinds = "float, int, bool, str, list[float] or a Literal of texts"
        raise StepError(
            (f"The user step {owner!r} cannot be used: annotate its parameter {parameter.name!r} as {kinds}.",)
        )
    default = REQUIRED if parameter.default is inspect.Parameter.empty else parameter.default
    return Parameter(parameter.name, KIND_OF_ANNOTATION[annotation], f"parameter of {owner}", default, choices=choices)


def definition_of(name: str, function: Callable[..., Any], version: str) -> StepDefinition:
    """Make a step of a user's function `f(datum, **params) -> datum | list | None`.

    The function is called with live data only, and gets its parameters by name. The result None kills the datum. The
    function must handle gaps itself. With a time limit (StepContext) it runs in another process, which must be able to
    import it.

    Parameters
    ----------
    name
        Name of the step.
    function
        The function.
    version
        Version of the package that has it.

    Returns
    -------
    StepDefinition
        The definition.

    Raises
    ------
    StepError
        The signature cannot be used.
    """
    try:
        hints = typing.get_type_hints(function)
        first, *others = inspect.signature(function).parameters.values()
    except (TypeError, ValueError, NameError) as error:
        raise StepError((f"The user step {name!r} cannot be used: {error}.",)) from error
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    by_name = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if first.kind not in positional or any(parameter.kind not in by_name for parameter in others):
        raise StepError(
            (f"The user step {name!r} cannot be used: its form must be f(datum, parameter, ...), without *args.",)
        )

    def run(d: Atomic, values: Mapping[str, Any], context: StepContext) -> Any:
        if context.time_limit is None:
            result = function(d, **values)
        else:
            result = isolation.call(name, function, d, values, context.time_limit)
        return [] if result is None else result

    return StepDefinition(
        name=name,
        summary=(inspect.getdoc(function) or "").partition("\n")[0],
        function=run,
        parameters=tuple(_parameter(name, parameter, hints.get(parameter.name)) for parameter in others),
        version=version,
        is_users=True,
    )


def load_user_steps(allowed: Iterable[str], group: str) -> list[StepDefinition]:
    """Register installed steps of other packages; other entry points are not imported.

    Parameters
    ----------
    allowed
        Names of the steps that are allowed.
    group
        Group of entry points.

    Returns
    -------
    list[StepDefinition]
        Their definitions.

    Raises
    ------
    StepError
        A name is not installed, cannot be imported or has a signature that cannot be used.
    """
    installed: dict[str, EntryPoint] = {point.name: point for point in entry_points(group=group)}
    loaded = []
    for name in allowed:
        if name not in installed:
            known = ", ".join(sorted(installed)) or "none"
            raise StepError((f"The user step {name!r} is not installed; installed are: {known}.",))
        point = installed[name]
        try:
            function = point.load()
        except Exception as error:
            raise StepError((f"The user step {name!r} cannot be imported: {error}.",)) from error
        version = "unknown" if point.dist is None else f"{point.dist.name} {point.dist.version}"
        loaded.append(register(definition_of(name, function, version)))
    return loaded


def _entries(spec: object) -> Iterable[tuple[object, object]]:
    if isinstance(spec, str):
        yield spec, {}
    elif isinstance(spec, Mapping):
        yield from spec.items()
    elif isinstance(spec, Sequence):
        for item in spec:
            yield from _entries(item)
    else:
        yield spec, {}


def build(spec: Mapping[str, Any] | Sequence[Any] | str) -> list[Step]:
    """Make the steps that a job file lists, in order.

    Parameters
    ----------
    spec
        A list of names or mappings {name: parameters}, or one mapping of names to parameters, which is taken in its
        order.

    Returns
    -------
    list[Step]
        The steps.

    Raises
    ------
    StepError
        A step or parameter is unknown, or a value is missing, wrong or in conflict; there is one sentence for each
        problem.
    """
    steps: list[Step] = []
    problems: list[str] = []
    for position, (name, given) in enumerate(_entries(spec), start=1):
        where = f"Step {position}"
        if not isinstance(name, str) or name not in _definitions:
            known = ", ".join(sorted(_definitions))
            problems.append(f"{where}: {name!r} is not a step; choose one of: {known}.")
            continue
        where = f"{where} ({name})"
        given = {} if given is None else given
        if not isinstance(given, Mapping):
            problems.append(f"{where}: its parameters must be a mapping, found {given!r}.")
            continue
        definition = _definitions[name]
        values, found = check_values(definition.parameters, given)
        problems += [f"{where}: {text}." for text in found or definition.problems(values)]
        steps.append(Step.of(definition, values))
    if problems:
        raise StepError(tuple(problems))
    return steps
