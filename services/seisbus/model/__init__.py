"""Pure values that every service shares: ids, the job file, tasks and outcomes. No input or output."""
