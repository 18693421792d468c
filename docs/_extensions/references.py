"""Reference pages that are made of the code when the site is built: the command line, gRPC, the Python API."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from google.protobuf import descriptor_pb2
from grpc_tools import protoc
from sphinx.application import Sphinx
from typer.cli import get_docs_for_click
from typer.main import get_command

ROOT = Path(__file__).resolve().parents[2]
MADE = ROOT / "docs" / "reference" / "made"

CLIENT = (
    ("seisbus.client", "Client, AsyncClient and their answers"),
    ("seisbus.client.plot", "Record sections and traces"),
    ("seisbus.client.map", "Maps"),
    ("seisbus.client.arrays", "Seismograms as arrays"),
    ("seisbus.testing", "Archives for testing readers"),
)
LIBSEIS = (
    ("libseis", "Data objects"),
    ("libseis.codes", "SEED codes"),
    ("libseis.units", "Units"),
    ("libseis.geodetics", "Distances and azimuths"),
    ("libseis.traveltimes", "Travel times"),
    ("libseis.segments", "Segments: joined and cut samples"),
    ("libseis.mseed", "miniSEED"),
    ("libseis.steps", "Processing steps"),
    ("libseis.asdf", "ASDF datasets"),
    ("libseis.misfit", "Misfits and adjoint sources"),
)


def command_line() -> str:
    """All commands with their options."""
    import click

    from seisbus.cli.application import app

    command = get_command(app)
    context = click.Context(command, info_name="seisbus")  # type: ignore[arg-type]
    return get_docs_for_click(obj=command, ctx=context, name="seisbus", title="The command line")  # type: ignore[arg-type]


def grpc() -> str:
    """Services and messages of control.proto, with the comments that stand there."""
    with tempfile.NamedTemporaryFile() as made:
        protos = ROOT / "protos"
        source = "seis/control/v1/control.proto"
        arguments = ["protoc", f"-I{protos}", f"--descriptor_set_out={made.name}", "--include_source_info", source]
        if protoc.main(arguments):
            raise RuntimeError("protoc does not read the protos")
        (file,) = descriptor_pb2.FileDescriptorSet.FromString(Path(made.name).read_bytes()).file
    comments = {tuple(place.path): " ".join(place.leading_comments.split()) for place in file.source_code_info.location}
    return "\n".join(["# gRPC", "", f"`protos/{source}`, package `{file.package}`.", "", *_grpc(file, comments), ""])


def _grpc(file: descriptor_pb2.FileDescriptorProto, comments: dict[tuple[int, ...], str]) -> Iterator[str]:
    for number, service in enumerate(file.service):
        yield from (f"## {service.name}", "", comments.get((6, number), ""), "", "| call | request | answer | what |")
        yield "|---|---|---|---|"
        for place, method in enumerate(service.method):
            answer = f"{'stream of ' if method.server_streaming else ''}{_named(method.output_type)}"
            said = comments.get((6, number, 2, place), "")
            yield f"| `{method.name}` | {_named(method.input_type)} | {answer} | {said} |"
        yield ""
    for number, message in enumerate(file.message_type):
        yield from (f"## {message.name}", "", comments.get((4, number), ""), "")
        if message.field:
            yield from ("| field | number | type | meaning |", "|---|---|---|---|")
        for place, field in enumerate(message.field):
            repeated = "repeated " if field.label == field.LABEL_REPEATED else ""
            kind = _named(field.type_name) if field.type_name else f"`{field.Type.Name(field.type)[5:].lower()}`"
            text = comments.get((4, number, 2, place), "").replace("|", "\\|")
            yield f"| `{field.name}` | {field.number} | {repeated}{kind} | {text} |"
        yield ""


def _named(name: str) -> str:
    return f"`{name.rsplit('.', 1)[-1]}`"


def module(name: str, title: str) -> str:
    """A page of a module's public names."""
    first = (importlib.import_module(name).__doc__ or "").strip()
    assert first, f"{name} has no docstring"
    return f"# {title}\n\n```{{eval-rst}}\n.. automodule:: {name}\n```\n"


def make(app: Sphinx) -> None:
    """Write the pages; one that did not change is left alone, so that a second build is quick."""
    MADE.mkdir(exist_ok=True)
    pages = {"cli": command_line(), "grpc": grpc()}
    pages |= {name: module(name, title) for name, title in (*CLIENT, *LIBSEIS)}
    for name, text in pages.items():
        path = MADE / f"{name}.md"
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("builder-inited", make)
    return {"parallel_read_safe": True}
