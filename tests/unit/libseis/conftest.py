"""Imports obspy once, quietly: on Python 3.11 its import uses what is deprecated, which tests take for an error.

Property tests have no deadline here: a busy machine or a debugging allocator makes any of them slow.
"""

import warnings

from hypothesis import settings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "SelectableGroups dict interface", DeprecationWarning)
    import obspy  # noqa: F401

settings.register_profile("libseis", deadline=None)
settings.load_profile("libseis")
