"""From a task to the bytes of the archive objects that hold its windows."""
