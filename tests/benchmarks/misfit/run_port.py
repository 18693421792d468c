"""Run the published Python port of FLEXWIN on the pairs, from outside, and print its windows as JSON.

For an environment of its own (README.md beside this file says what is in it), for example
`python run_port.py > port_windows.json`. Only what the port returns is kept.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from pairs import all_specs, make_event, make_inventory, make_pair  # type: ignore[import-not-found]


def port_windows(spec: Any) -> dict[str, Any]:
    """What the port finds on one pair, or the error it raises."""
    import pyflex

    observed, synthetic = make_pair(spec)
    config = pyflex.Config(min_period=spec.min_period, max_period=spec.max_period)
    try:
        found = pyflex.select_windows(observed, synthetic, config, event=make_event(spec), station=make_inventory(spec))
    except Exception as error:
        return {"number": spec.number, "error": f"{type(error).__name__}: {error}", "windows": []}
    windows = [
        {
            "left": int(w.left),
            "right": int(w.right),
            "center": int(w.center),
            "cc_shift": int(w.cc_shift),
            "dlna": float(w.dlnA),
            "max_cc": float(w.max_cc_value),
            "weight": float(w.weight),
        }
        for w in found or []
    ]
    return {"number": spec.number, "error": None, "windows": windows}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps([port_windows(spec) for spec in all_specs()], indent=1))
