"""Selection of misfit windows after FLEXWIN (Maggi, Tape, Chen, Chao & Tromp 2009, GJI 177, 257-281).

The code was written from the paper and its manual: `stalta` (stage A), `candidates` (B and C), `acceptance` (D) and
`scheduling` (E). `selection` combines them. Functions take arrays and return windows; they know no traces and files.
"""

from .selection import Selection, SelectionInput, select_windows
from .window import RejectedWindow, Rejection, Window

__all__ = ["RejectedWindow", "Rejection", "Selection", "SelectionInput", "Window", "select_windows"]
