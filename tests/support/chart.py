"""Render and lint a Helm chart with Helm's own code, from a package of PyPI, without the program `helm` and without a
cluster.

It runs in a separate process, because Helm is a library in Go, whose threads and signals would disturb pytest.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

_HELM = """
import json, sys
import helm_python as helm
chart, values = sys.argv[1], json.load(sys.stdin)
try:
    lint = helm.lint(chart, values, strict=True, namespace="seisbus")
    found = helm.Chart.load(chart).render(values, name="seisbus", namespace="seisbus", revision=1, is_install=True)
except helm.HelmError as error:
    sys.exit(str(error))
json.dump({"lint": lint, "manifests": found}, sys.stdout)
"""
_WARNING = 2  # of Helm's severities, of which 1 is a hint


class ChartError(ValueError):
    """Helm refuses the chart or the values; its own words."""


def rendered(chart: Path, changes: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The manifests of a chart with its values, of which `changes` replace some (nested as in a values file).

    ChartError also if `helm lint --strict` would fail.
    """
    pytest.importorskip("helm_python", reason="the package helm-python-sdk, which brings Helm, is not installed")
    text = _rendered(chart, json.dumps(changes or {}))
    return [manifest for manifest in yaml.safe_load_all(text) if manifest]


@functools.cache
def _rendered(chart: Path, values: str) -> str:
    command = [sys.executable, "-c", _HELM, str(chart)]
    done = subprocess.run(command, input=values, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise ChartError(done.stderr.strip())
    found = json.loads(done.stdout)
    lint = found["lint"]
    if wrong := [*lint["errors"], *(said for said in lint["messages"] if said["severity"] >= _WARNING)]:
        raise ChartError(f"helm lint: {wrong}")
    manifests: dict[str, str] = found["manifests"]
    return "\n---\n".join(text for name, text in sorted(manifests.items()) if name.endswith(".yaml"))
