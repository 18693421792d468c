"""Steps on three components: new axes, the free surface, a matrix, the norm, one component.

Azimuths are degrees clockwise from north. The codes in chan follow the axes, so that a radial component is not taken
for an eastern one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from libseis.enums import ErrorSeverity
from libseis.geodetics import geodesic
from libseis.objects.kinds import Atomic
from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries
from libseis.signal.components import extract_component, norm
from libseis.signal.rotation import (
    KM_PER_DEGREE,
    check_axes,
    free_surface_matrix,
    lqt_axes,
    rtz_axes,
    to_standard,
    turned_axes,
)
from libseis.steps.marks import number
from libseis.steps.parameters import Kind, Parameter
from libseis.steps.registry import register
from libseis.steps.step import StepContext, StepDefinition, Unfit

Values = Mapping[str, Any]

LETTERS = {"ENZ": "ENZ", "RTZ": "RTZ", "LQT": "LQT"}
"""Last letters of the channel codes of each choice of axes, in the order of the components."""
# Last letters of the codes for the waves that the free surface step separates, and for the norm. SEED has no codes for
# them.
_WAVES, _NORM = "PVH", "M"
# Horizontal axes that are not exactly east and north have the codes 2 and 1 (SEED manual, appendix A).
_TURNED = "21Z"


def _rename(d: Atomic, letters: str) -> None:
    """Give the channel codes new last letters. Nothing is changed if the datum does not have three codes."""
    if not d.is_defined("chan"):
        return
    chan = d["chan"]
    if isinstance(chan, list) and len(chan) == 3 and all(isinstance(code, str) and code for code in chan):
        d["chan"] = [code[:-1] + letter for code, letter in zip(chan, letters, strict=True)]


# A source nearer to the station than this (km) has no back azimuth.
_SAME_PLACE_KM = 1e-3


def _back_azimuth(d: Atomic, values: Values) -> float:
    """The back azimuth: the parameter, or else Metadata back_azimuth, or else computed from coordinates in the
    Metadata.

    Raises Unfit if there is none of them.
    """
    if values["back_azimuth"] is not None:
        return float(values["back_azimuth"])
    receiver = next((name for name in ("channel", "site") if d.is_defined(f"{name}_lat")), "")
    if d.is_defined("back_azimuth") or not receiver or not d.is_defined("source_lat"):
        found = number(d, "back_azimuth")
        distance = number(d, "distance_km") if d.is_defined("distance_km") else 1.0
    else:
        keys = ("source_lat", "source_lon", f"{receiver}_lat", f"{receiver}_lon")
        distance, _, found = geodesic(*(number(d, key) for key in keys))
    if distance < _SAME_PLACE_KM:
        raise Unfit("the source is at the station, and so in no direction from it", reason="no back_azimuth")
    return found


def _rotate(d: Seismogram, values: Values, context: StepContext) -> None:
    to = values["to"]
    if to is None:
        axes, letters = turned_axes(values["angle"]), _TURNED
    elif to == "ENZ":
        axes, letters = np.eye(3), LETTERS[to]
    else:
        back_azimuth = _back_azimuth(d, values)
        if to == "RTZ":
            axes = rtz_axes(back_azimuth)
        else:
            incidence = number(d, "incidence") if values["incidence"] is None else values["incidence"]
            axes = lqt_axes(back_azimuth, incidence)
        letters = LETTERS[to]
    to_standard(d)
    if to != "ENZ":
        d.turn(axes)
    _rename(d, letters)


def _rotate_problems(values: Values) -> list[str]:
    to = values["to"]
    if (to is None) == (values["angle"] is None):
        return ["give either to (ENZ, RTZ or LQT) or angle"]
    for name, allowed in (("back_azimuth", ("RTZ", "LQT")), ("incidence", ("LQT",))):
        if values[name] is not None and to not in allowed:
            return [f"{name} belongs to {' and '.join(allowed)} alone"]
    return []


def _ray_metadata(values: Values) -> tuple[str, ...]:
    wanted = {"RTZ": ("back_azimuth",), "LQT": ("back_azimuth", "incidence")}.get(values["to"] or "", ())
    return tuple(name for name in wanted if values[name] is None)


def _free_surface(d: Seismogram, values: Values, context: StepContext) -> None:
    slowness = values["ray_parameter"]
    if slowness is None:
        slowness = number(d, "ray_parameter")
    vp, vs = (number(d, f"{name}0") if values[name] is None else values[name] for name in ("vp", "vs"))
    matrix = free_surface_matrix(_back_azimuth(d, values), slowness / KM_PER_DEGREE, vp, vs)
    to_standard(d)
    d.transform(matrix)
    _rename(d, _WAVES)


def _free_surface_metadata(values: Values) -> tuple[str, ...]:
    names = {"ray_parameter": "ray_parameter", "back_azimuth": "back_azimuth", "vp": "vp0", "vs": "vs0"}
    return tuple(key for name, key in names.items() if values[name] is None)


def _free_surface_problems(values: Values) -> list[str]:
    vp, vs = values["vp"], values["vs"]
    if vp is not None and vs is not None and not vs < vp:
        return [f"vs must be below vp, found {vs:g} and {vp:g} km/s"]
    return []


def _transform(d: Seismogram, values: Values, context: StepContext) -> None:
    matrix = np.array(values["matrix"])
    check_axes(matrix @ d.tmatrix, "the matrix of the components that come out")
    d.transform(matrix)
    if np.linalg.det(matrix) < 0.0:
        text = "the matrix turns right-handed axes into left-handed ones"
        d.elog.log_error("transform", text, ErrorSeverity.Complaint)
    if values["letters"] is not None:
        _rename(d, values["letters"])


def _transform_problems(values: Values) -> list[str]:
    problems = []
    try:
        check_axes(np.array(values["matrix"]), "matrix")
    except Exception as error:
        problems.append(str(error))
    letters = values["letters"]
    if letters is not None and (len(letters) != 3 or not letters.isalnum() or not letters.isascii()):
        problems.append(f"letters must be three letters or digits, one a component, found {letters!r}")
    return problems


def _norm(d: Seismogram, values: Values, context: StepContext) -> TimeSeries:
    if not d.orthogonal():
        check_axes(d.tmatrix, "the matrix of the components")
    out = norm(d)
    chan = d["chan"] if d.is_defined("chan") else None
    if isinstance(chan, list) and chan and isinstance(chan[0], str) and chan[0]:
        out["chan"] = chan[0][:-1] + _NORM
    elif isinstance(chan, str):
        out["chan"] = chan
    return out


def _component(d: Seismogram, values: Values, context: StepContext) -> TimeSeries:
    wanted = values["component"]
    chan = d["chan"] if d.is_defined("chan") else None
    if wanted in ("1", "2", "3") and not (isinstance(chan, list) and any(code.endswith(wanted) for code in chan)):
        index = int(wanted) - 1
    else:
        letters = [code[-1:] for code in chan] if isinstance(chan, list) else []
        if wanted not in letters:
            names = ", ".join(chan) if isinstance(chan, list) else "not known"
            raise Unfit(f"no component is {wanted}; its channels are {names}", reason=f"no component {wanted}")
        index = letters.index(wanted)
    return extract_component(d, index)


def _component_problems(values: Values) -> list[str]:
    wanted = values["component"]
    if len(wanted) != 1 or not wanted.isalnum():
        return [f"component must be the last letter of a channel code, or 1, 2 or 3, found {wanted!r}"]
    return []


_BACK_AZIMUTH = Parameter(
    "back_azimuth", Kind.NUMBER, "direction to the source; without it the Metadata's", None, "degrees", minimum=-360,
    maximum=360,
)  # fmt: skip


def _velocity(name: str, doc: str) -> Parameter:
    return Parameter(name, Kind.NUMBER, doc, None, "km/s", above=0)


register(
    StepDefinition(
        "rotate",
        "New axes: east, north, up; radial, transverse, up; along the ray; or turned about the vertical.",
        _rotate,
        (
            Parameter("to", Kind.TEXT, "the axes that come out, in this order", None, choices=tuple(LETTERS)),
            Parameter(
                "angle", Kind.NUMBER, "in place of `to`: east and north turned clockwise, seen from above", None,
                "degrees", minimum=-360, maximum=360,
            ),
            _BACK_AZIMUTH,
            Parameter(
                "incidence", Kind.NUMBER, "of LQT: angle between ray and vertical; without it the Metadata's", None,
                "degrees", minimum=0, maximum=180,
            ),
        ),
        problems=_rotate_problems,
        needs_components=True,
        metadata=_ray_metadata,
    )
)  # fmt: skip
register(
    StepDefinition(
        "free_surface",
        "Undo the free surface: the components become the upgoing P, SV and SH waves (Kennett, 1991).",
        _free_surface,
        (
            _velocity("vp", "P velocity below the station; without it the Metadata's vp0"),
            _velocity("vs", "S velocity below the station; without it the Metadata's vs0"),
            Parameter(
                "ray_parameter", Kind.NUMBER, "slowness of the wave; without it the Metadata's, of the phase", None,
                "s/degree", minimum=0,
            ),
            _BACK_AZIMUTH,
        ),
        problems=_free_surface_problems,
        needs_components=True,
        metadata=_free_surface_metadata,
    )
)  # fmt: skip
register(
    StepDefinition(
        "transform",
        "Multiply the components by a matrix.",
        _transform,
        (
            Parameter("matrix", Kind.MATRIX, "rows of the new components, or nine numbers row by row"),
            Parameter("letters", Kind.TEXT, "last letters of the channel codes of the new components", None),
        ),
        problems=_transform_problems,
        needs_components=True,
    )
)
register(
    StepDefinition(
        "norm",
        "The lengths of the vectors of motion, as one series; the channel's last letter becomes M.",
        _norm,
        needs_components=True,
        makes_series=True,
    )
)
register(
    StepDefinition(
        "component",
        "One of three components, as one series.",
        _component,
        (Parameter("component", Kind.TEXT, "last letter of its channel code, or 1, 2 or 3 by its place"),),
        problems=_component_problems,
        needs_components=True,
        makes_series=True,
    )
)
