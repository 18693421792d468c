"""The fetcher reads, for each task, the bytes of archive objects that hold its windows."""
