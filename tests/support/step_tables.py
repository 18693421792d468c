"""Make the tables of docs/reference/steps.md from the definitions of the steps."""

from __future__ import annotations

import textwrap

from libseis.steps import REQUIRED, Kind, Parameter, StepDefinition

_KINDS = {
    Kind.NUMBER: "number",
    Kind.INTEGER: "integer",
    Kind.BOOLEAN: "`true`, `false`",
    Kind.TEXT: "text",
    Kind.TEXTS: "text, or a list of texts",
    Kind.MATRIX: "3 lists of 3 numbers, or 9 numbers",
    Kind.VALUE: "number, text, `true` or `false`",
    Kind.OPERAND: "number or text",
}
HEAD = "| parameter | values | default | unit | meaning |\n|---|---|---|---|---|"


def values_of(parameter: Parameter) -> str:
    """The allowed values of a parameter, in words."""
    if parameter.choices:
        return ", ".join(f"`{choice}`" for choice in parameter.choices)
    if parameter.kind is Kind.NUMBERS:
        text = f"list of {parameter.length or ''} numbers".replace("  ", " ")
    else:
        text = _KINDS[parameter.kind]
    low = parameter.minimum if parameter.above is None else parameter.above
    if parameter.above is not None:
        text += f" above {parameter.above:g}"
    if low is not None and parameter.maximum is not None:
        text += (
            f", up to {parameter.maximum:g}" if parameter.above is not None else f", {low:g} to {parameter.maximum:g}"
        )
    elif parameter.minimum is not None:
        text += f", at least {parameter.minimum:g}"
    if parameter.nullable:
        text += ", or `null`"
    return text


def default_of(parameter: Parameter) -> str:
    """The value of a parameter that is not given."""
    if parameter.default is REQUIRED:
        return "needed"
    if parameter.default is None:
        return "–"
    if isinstance(parameter.default, bool):
        return f"`{str(parameter.default).lower()}`"
    return f"`{parameter.default:g}`" if isinstance(parameter.default, float) else f"`{parameter.default}`"


def section_of(step: StepDefinition) -> str:
    """The section of a step: heading, what it does, and its parameters."""
    told = step.summary
    if step.needs_components:
        told += " Needs the three components of a Seismogram."
    if step.makes_series:
        told += " Makes a TimeSeries."
    lines = [f"### {step.name}", "", *textwrap.wrap(told, 120, break_long_words=False)]
    if step.parameters:
        lines += ["", HEAD]
        lines += [
            f"| `{p.name}` | {values_of(p)} | {default_of(p)} | {p.unit or '–'} | {p.doc[0].upper()}{p.doc[1:]}. |"
            for p in step.parameters
        ]
    return "\n".join(lines)
