"""The dashboard and the alerts ask for metrics that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml
from prometheus_client import Counter, Gauge, Histogram

import seisbus.telemetry.metrics as metrics

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"


def exported() -> set[str]:
    """Names under which Prometheus sees the metrics."""
    found = set()
    for metric in vars(metrics).values():
        if isinstance(metric, Counter):
            found.add(f"{metric._name}_total")
        elif isinstance(metric, Histogram):
            found |= {f"{metric._name}_bucket", f"{metric._name}_count", f"{metric._name}_sum"}
        elif isinstance(metric, Gauge):
            found.add(metric._name)
    return found


def asked(expression: str) -> set[str]:
    return set(re.findall(r"\bseis_\w+", expression))


def test_the_dashboard_asks_for_metrics_that_exist() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "seisbus.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(expressions) > 10
    for expression in expressions:
        assert asked(expression)
        assert asked(expression) <= exported()


def test_alerts_ask_for_metrics_that_exist() -> None:
    alerts = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    assert len(rules) >= 6
    for rule in rules:
        assert asked(rule["expr"])
        assert asked(rule["expr"]) <= exported()
