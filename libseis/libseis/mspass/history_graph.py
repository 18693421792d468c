"""Reading and drawing a ProcessingHistory."""

from __future__ import annotations

from libseis.objects.history import ProcessingHistory


def algorithm_history(history: ProcessingHistory) -> list[tuple[int, str, str]]:
    """Return (stage, algorithm, algid) of every ancestor of a datum, sorted.

    Parameters
    ----------
    history
        The history of the datum.

    Returns
    -------
    list[tuple[int, str, str]]
        The ancestors.
    """
    nodes = (node for inputs in history.get_nodes().values() for node in inputs)
    return sorted({(node.stage, node.algorithm, node.algid) for node in nodes})


def algorithm_outputs(history: ProcessingHistory, algorithm: str, algid: str) -> list[str]:
    """Return the sorted uuids of the ancestors that one run of an algorithm made.

    Parameters
    ----------
    history
        The history of the datum.
    algorithm
        Name of the algorithm.
    algid
        Id of the run.

    Returns
    -------
    list[str]
        The uuids.
    """
    nodes = (node for inputs in history.get_nodes().values() for node in inputs)
    return sorted({node.uuid for node in nodes if node.algorithm == algorithm and node.algid == algid})


def history_edges(history: ProcessingHistory) -> list[tuple[str, str]]:
    """The (input uuid, output uuid) pairs of the graph, sorted."""
    return sorted({(node.uuid, uuid) for uuid, inputs in history.get_nodes().items() for node in inputs})


def history_dot(history: ProcessingHistory) -> str:
    """The graph in Graphviz's dot language (https://graphviz.org/doc/info/lang.html), inputs on top."""
    nodes = {node.uuid: node for inputs in history.get_nodes().values() for node in inputs}
    if not history.is_empty():
        nodes[history.id()] = history.current_nodedata()
    lines = ["digraph history {", "  rankdir=TB; node [shape=box];"]
    for uuid, node in sorted(nodes.items()):
        label = "\\n".join(
            _escape(text) for text in (node.algorithm, node.algid, f"stage {node.stage}, {node.status.name}")
        )
        lines.append(f'  "{_escape(uuid)}" [label="{label}"];')
    lines += [f'  "{_escape(start)}" -> "{_escape(end)}";' for start, end in history_edges(history)]
    return "\n".join([*lines, "}"])


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
