"""Functions that merge two data into one, for reduce and fold operations (names of mspasspy.reduce)."""

from __future__ import annotations

from typing import Any

from libseis.mspass.decorators import mspass_reduce_func_wrapper
from libseis.objects.kinds import ENSEMBLES

__all__ = ["stack"]


class _MemberCountError(TypeError, IndexError):
    """Ensembles differ in size: a wrong call, as TypeError says here, which MsPASS's users know as IndexError."""


@mspass_reduce_func_wrapper
def stack(data1: Any, data2: Any) -> Any:
    """Add the samples of the second datum to the first where their times overlap; ensembles member by member.

    What is outside the overlap stays as it is. Dead members add nothing. The gaps of both are gaps of the sum.

    Parameters
    ----------
    data1
        The datum or ensemble that is changed.
    data2
        The datum or ensemble to add, of the same class.

    Returns
    -------
    Any
        `data1` itself, or the live one if the other is dead.

    Raises
    ------
    TypeError
        The classes differ, or the ensembles have different numbers of members (which is an IndexError too).
    MsPASSError
        The sampling intervals, time standards or sample grids differ.
    """
    if not isinstance(data1, ENSEMBLES):
        data1 += data2
        return data1
    if len(data1.member) != len(data2.member):
        raise _MemberCountError("data1 and data2 have different sizes of member")
    for member, other in zip(data1.member, data2.member, strict=True):
        member += other
    return data1
