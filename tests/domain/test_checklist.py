"""What a checklist keeps of a runbook, and what it shows to type for each step."""

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from bot.assistant.library import load_runbooks
from bot.config import shipped_runbooks
from bot.domain.checklist import (
    DONE,
    SKIPPED,
    TAKEN,
    ChecklistView,
    Mark,
    as_doc,
    edition_of,
    from_doc,
    open_evidence,
)
from bot.domain.runbook import Runbook, StepKind, Way
from tests.domain.test_runbook import parsed
from tests.spec import NOON

BODY = """
## Evidence first

```shell
save-trace > trace.json
```

## Diagnose

Look at the graph, or:

```shell
show-trace
```

## Contain

1. **Cut the egress** (step 2): fastest.
2. Wait; see step 12.
"""


@cache
def shelf() -> tuple[Runbook, ...]:
    return load_runbooks(shipped_runbooks())


def test_an_edition_comes_back_from_its_record_as_it_was() -> None:
    for runbook in shelf()[:4]:
        edition = edition_of(runbook)
        kept = from_doc(json.loads(json.dumps(as_doc(edition))))
        assert (kept, kept.digest) == (edition, edition.digest)


def test_an_edition_of_a_step_with_several_actions_comes_back_too() -> None:
    runbook = parsed()
    ways = (Way("kubernetes.deployment.scale", (("replicas", "fixed.0"),)),)
    steps = (runbook.steps[0], replace(runbook.steps[1], otherwise=ways))
    edition = edition_of(replace(runbook, steps=steps))
    assert from_doc(json.loads(json.dumps(as_doc(edition)))) == edition
    assert edition.digest != edition_of(runbook).digest


def test_every_word_that_a_checklist_shows_is_in_the_digest() -> None:
    runbook = parsed(body=BODY)
    first = edition_of(runbook).digest
    renamed = replace(runbook.steps[0], text="Read the trace twice.")
    other_step = replace(runbook, steps=(renamed, *runbook.steps[1:]))
    assert edition_of(other_step).digest != first
    other_look = parsed(body=BODY.replace("save-trace", "rm -rf"))
    assert edition_of(other_look).digest != first
    assert edition_of(parsed(body=BODY)).digest == first


def test_a_step_shows_what_the_runbook_has_for_it_and_from_where() -> None:
    looks = edition_of(parsed(body=BODY)).looks
    assert (looks[1].where, looks[1].text) == (
        "Evidence first",
        "save-trace > trace.json",
    )
    assert (looks[2].where, looks[2].text) == (
        "Contain",
        "Cut the egress (step 2): fastest.",
    )
    assert edition_of(parsed(body="")).looks == {}


def test_what_is_too_long_says_how_much_of_it_is_left_out() -> None:
    code = "\n".join(f"echo line {n} of a long script" for n in range(100))
    long = f"## Evidence first\n\n```shell\n{code}\n```\n"
    shown = edition_of(parsed(body=long)).looks[1].text
    assert len(shown) < 1300
    kept = shown.splitlines()
    assert kept[-1] == f"# … {100 - len(kept) + 1} more lines in the runbook"


def test_each_look_of_our_runbooks_stands_in_its_file() -> None:
    for runbook in shelf():
        edition = edition_of(runbook)
        assert 1 in edition.looks, runbook.id
        for number, look in edition.looks.items():
            first = look.text.splitlines()[0]
            section = runbook.section(look.where).replace("**", "").replace("`", "")
            assert first.split(" (step")[0][:40] in " ".join(section.split()) or (
                first in runbook.section(look.where)
            ), (runbook.id, number)


def test_evidence_is_what_looks_before_what_changes() -> None:
    edition = edition_of(parsed())
    assert open_evidence(edition, 2, ()) == (1,)
    assert open_evidence(edition, 2, (1,)) == ()
    assert open_evidence(edition, 1, ()) == ()


def view(**marks: str) -> ChecklistView:
    edition = edition_of(shelf()[0])
    return ChecklistView(
        incident="INC-0001",
        channel="C1",
        runbook=edition.runbook,
        version=1,
        digest=edition.digest,
        total=len(edition.steps),
        started_by="U0ONCALL",
        started_at=NOON,
        edition=edition,
        marks={
            int(n.removeprefix("s")): Mark(
                state=state, by="U0ONCALL", at=NOON + timedelta(minutes=at), seq=at
            )
            for at, (n, state) in enumerate(marks.items(), 1)
        },
    )


@pytest.mark.parametrize(
    ("marks", "said", "current", "last"),
    [
        ({}, "0 of 8 done", 1, 0),
        ({"s1": TAKEN}, "0 of 8 done", 1, 0),
        ({"s1": DONE, "s2": TAKEN}, "1 of 8 done", 2, 1),
        ({"s2": DONE, "s1": SKIPPED}, "1 of 8 done, 1 skipped", 3, 1),
    ],
)
def test_progress_counts_what_is_over_and_names_what_is_next(
    marks: dict[str, str], said: str, current: int, last: int
) -> None:
    found = view(**marks)
    assert found.progress() == said
    assert found.current is not None
    assert found.current.number == current
    assert found.last_finished == last


def test_our_runbooks_look_before_they_change() -> None:
    for runbook in shelf():
        kinds = [step.kind for step in runbook.steps]
        assert kinds.index(StepKind.READ) < kinds.index(StepKind.GATED), runbook.id
