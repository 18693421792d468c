"""A process that is started before all that it needs to know is known: it loads its code and is held until then.

The local stack starts its services so while its servers start, because Python loads their code for longer.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Final

# The variable that says that this process is held.
HELD: Final = "SEISBUS_HELD"


def held() -> None:
    """If this process is held, wait for the rest of its environment: JSON on standard input, to its end.

    Nothing before the end means that whoever started it has given up; the process ends.
    """
    if not os.environ.pop(HELD, ""):
        return
    if not (given := sys.stdin.buffer.read()):
        sys.exit(1)
    os.environ.update(json.loads(given))
