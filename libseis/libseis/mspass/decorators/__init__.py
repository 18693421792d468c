"""Decorators that turn plain functions into processing functions of the MsPASS kind (mspasspy.util.decorators).

`processing` holds the one-datum wrappers, `several` those with two inputs, `obspy_views` the conversions to obspy.
"""

from libseis.mspass.decorators.obspy_views import (
    seismogram_as_stream,
    seismogram_copy_helper,
    seismogram_ensemble_as_stream,
    seismogram_ensemble_copy_helper,
    timeseries_as_trace,
    timeseries_copy_helper,
    timeseries_ensemble_as_stream,
    timeseries_ensemble_copy_helper,
)
from libseis.mspass.decorators.processing import mspass_func_wrapper, mspass_method_wrapper
from libseis.mspass.decorators.several import is_input_dead, mspass_func_wrapper_multi, mspass_reduce_func_wrapper

__all__ = [
    "is_input_dead",
    "mspass_func_wrapper",
    "mspass_func_wrapper_multi",
    "mspass_method_wrapper",
    "mspass_reduce_func_wrapper",
    "seismogram_as_stream",
    "seismogram_copy_helper",
    "seismogram_ensemble_as_stream",
    "seismogram_ensemble_copy_helper",
    "timeseries_as_trace",
    "timeseries_copy_helper",
    "timeseries_ensemble_as_stream",
    "timeseries_ensemble_copy_helper",
]
