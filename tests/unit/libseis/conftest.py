"""Imports obspy once, quietly: on Python 3.11 its import uses what is deprecated, which tests take for an error."""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "SelectableGroups dict interface", DeprecationWarning)
    import obspy  # noqa: F401
