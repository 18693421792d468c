"""Counts the documents in the database's answers, from pymongo's events: how much work a call makes for the server."""

from __future__ import annotations

from collections import Counter

from pymongo import monitoring


class Answers(monitoring.CommandListener):
    """Documents of each answer, by collection; and documents that one command deleted."""

    def __init__(self) -> None:
        self.of: dict[int, Counter[str]] = {}
        self._cursors: dict[int, int] = {}  # cursor -> the request that opened it
        self._first: dict[int, int] = {}  # request -> the same
        self._names: dict[int, str] = {}

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name == "getMore":
            self._first[event.request_id] = self._cursors[event.command["getMore"]]
        elif event.command_name == "delete":
            self._names[event.request_id] = str(event.command["delete"])

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        if event.command_name == "delete":
            self.of[event.request_id] = Counter({self._names[event.request_id]: event.reply["n"]})
        if (cursor := event.reply.get("cursor")) is not None:
            first = self._first.get(event.request_id, event.request_id)
            self._cursors[cursor["id"]] = first
            name = cursor["ns"].split(".", 1)[1]
            batch = cursor.get("firstBatch", cursor.get("nextBatch", ()))
            self.of.setdefault(first, Counter())[name] += len(batch)

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...

    def number(self, name: str) -> int:
        """Documents of a collection in all answers."""
        return sum(counts[name] for counts in self.of.values())

    def queries(self, name: str) -> int:
        """Queries of a collection."""
        return sum(name in counts for counts in self.of.values())

    def longest(self, name: str) -> int:
        """The longest answer of a collection."""
        return max((counts[name] for counts in self.of.values()), default=0)
