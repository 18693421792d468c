"""Single components of Seismograms, the length of their vectors, and automatic gain control."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.objects.kinds import Atomic
from libseis.objects.samples import samples
from libseis.objects.seismogram import Seismogram
from libseis.objects.timebase import _BasicTimeSeries
from libseis.objects.timeseries import TimeSeries
from libseis.signal.amplitudes import magnitudes


def extract_component(d: Seismogram, component: int) -> TimeSeries:
    """Return one component of a Seismogram as a TimeSeries; see ExtractComponent.

    Parameters
    ----------
    d
        The Seismogram.
    component
        0, 1 or 2.

    Returns
    -------
    TimeSeries
        The component.
    """
    header = _BasicTimeSeries(d)
    header.npts = 0
    out = TimeSeries(header, d)
    out.load_history(d)
    for key in ("tmatrix", "axes", "cardinal", "orthogonal", "components", "component_skew"):
        out.erase(key)
    if component not in (0, 1, 2):
        out.elog.log_error(
            "ExtractComponent",
            f"illegal component number: it must be 0, 1 or 2, found {component!r}",
            ErrorSeverity.Invalid,
        )
        out.kill()
    if out.dead():
        out.sync_npts()
        return out
    out.adopt_data(np.array(samples(d)[component]))
    for key in ("chan", "channel_id"):
        if out.is_defined(key) and isinstance(out[key], list) and len(out[key]) == 3:
            out[key] = out[key][component]
    east, north, up = np.asarray(d.tmatrix)[component]
    length = math.sqrt(east**2 + north**2 + up**2)
    if length > 0.0:
        out["channel_hang"] = math.degrees(math.atan2(east, north)) % 360.0
        out["channel_vang"] = math.degrees(math.acos(max(-1.0, min(1.0, up / length))))
    return out


def norm(d: Seismogram) -> TimeSeries:
    """The lengths of a Seismogram's vectors of motion as a TimeSeries, with its Metadata and history.

    If the axes are not orthogonal, the vectors are rotated to east, north and up first.

    Raises
    ------
    MatrixError
        When the axes are not orthogonal and lie in one plane.
    """
    vectors = samples(d)
    axes = d.tmatrix
    if not d.orthogonal() and not np.allclose(axes @ axes.T, np.eye(3), atol=1e-9):
        standard = Seismogram(d)
        standard.rotate_to_standard()
        vectors = samples(standard)
    out = extract_component(d, 0)
    for key in ("chan", "channel_id", "channel_hang", "channel_vang"):
        out.erase(key)
    out.adopt_data(magnitudes(vectors))
    return out


def apply_gain_control(d: Atomic, seconds: float) -> NDArray[np.float64]:
    """Automatic gain control of a live datum in place.

    Parameters
    ----------
    d : TimeSeries or Seismogram
        Its samples are multiplied by the gains.
    seconds : float
        Length of the window that is centred on each sample, and shortened at the ends of the data.

    Returns
    -------
    array of float64, shape (npts,)
        The gains: the inverse of the root mean square of all components over the window, 0 where that is 0.

    Raises
    ------
    SampleError
        With nothing changed, for a window or an interval that is not finite and positive, and for empty data.
    """
    for name, value in (("twin", seconds), ("dt", d.dt)):
        if not (math.isfinite(value) and value > 0.0):
            raise SampleError(
                f"agc: {name} must be finite and positive, found {value}", ErrorSeverity.Invalid, what=name
            )
    if d.npts == 0:
        raise SampleError("agc: the datum has no samples", ErrorSeverity.Invalid, what="npts")
    half = min(math.floor(math.floor(seconds / d.dt + 0.5) / 2), (d.npts - 1) // 2)
    x = samples(d)
    rows = np.atleast_2d(x)
    # direct sums, because running sums leave rounding noise where the data are zero, and the gain would amplify it
    box = np.ones(2 * half + 1)
    energy = np.convolve(np.square(rows).sum(axis=0), box, mode="full")[half : half + d.npts]
    count = np.convolve(np.ones(d.npts), box, mode="full")[half : half + d.npts]
    gain = np.zeros(d.npts)
    np.divide(1.0, np.sqrt(energy / (len(rows) * count)), out=gain, where=energy > 0.0)
    x *= gain
    return gain
