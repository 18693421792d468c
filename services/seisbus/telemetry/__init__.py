"""Metrics, traces, and job and task on every log line, for operators. Nothing else depends on them."""
