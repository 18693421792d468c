"""Documents of the store: what goes in comes out."""

from __future__ import annotations

from libseis.codes import Channel
from seisbus.model.subject import Event
from seisbus.model.task import ObjectRef, Part, Task, Window, WindowTemplate
from seisbus.store.task_documents import task_document, task_value

CHANNEL = Channel("CI", "PASC", "", "BHZ")
TASK = Task(
    id="j.1.2",
    job="j",
    archive="scedc",
    objects=(
        ObjectRef(
            "scedc", "a.ms", 9_000_000, "e1", 1_299_801_600_000_000_000, CHANNEL,
            knots=((512, 1_299_801_600_000_000_000), (4_000_768, 1_299_844_800_019_000_000)), ordered=True,
        ),
        ObjectRef("scedc", "b.ms", channel=CHANNEL, missing="no_such_key"),
    ),
    windows=(Window("j.w", CHANNEL, 10, 20, True, Event("evt")),),
    parts=(Part(0, 1),),
)  # fmt: skip


def test_a_task_comes_back_with_what_is_known_of_its_objects() -> None:
    assert task_value(task_document(TASK)) == TASK


def test_a_template_comes_back() -> None:
    task = Task("j.1.3", "j", "scedc", TASK.objects, (), (), WindowTemplate(1, None, "evt"))
    assert task_value(task_document(task)) == task


def test_a_task_of_an_older_version_has_no_knots() -> None:
    document = task_document(TASK)
    for entry in document["objects"]:
        del entry["knots"], entry["ordered"]
    first, second = task_value(document).objects
    assert (first.key, first.knots, first.ordered, second) == ("a.ms", (), False, TASK.objects[1])
