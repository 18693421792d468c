"""Run notebooks in a real kernel."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def notebook_of(*cells: str) -> nbformat.NotebookNode:
    """A notebook with these cells of code."""
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


def execute(notebook: nbformat.NotebookNode, folder: Path | None = None, seconds: float = 300) -> None:
    """Run all cells, `seconds` each at most; outputs are in the notebook.

    It has a loop of its own in a thread of its own: nbclient would leave one open, and tests have a loop.
    """
    resources = {} if folder is None else {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, timeout=seconds, kernel_name="python3", resources=resources)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(client.async_execute())).result()
