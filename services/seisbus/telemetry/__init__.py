"""What operators see: metrics, job and task on every line of the logs, traces. Nothing depends on its being read."""
