"""Selection of misfit windows after FLEXWIN (Maggi, Tape, Chen, Chao & Tromp 2009, GJI 177, 257-281).

Written from the paper and its manual: `stalta` (stage A), `candidates` (B and C), `acceptance` (D), `scheduling` (E),
put together in `selection`. Arrays in, windows out; no traces, no files.
"""

from .selection import Selection, SelectionInput, select_windows
from .window import RejectedWindow, Rejection, Window

__all__ = ["RejectedWindow", "Rejection", "Selection", "SelectionInput", "Window", "select_windows"]
