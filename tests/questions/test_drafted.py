"""A runbook drafted from an incident: valid, from what was done, and naming nobody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings

from bot.assistant.library import load_runbooks
from bot.domain.course import Course
from bot.domain.draft_shelf import Shelf
from bot.domain.runbook import Runbook, StepKind
from bot.domain.runbook_draft import Draft, draft
from bot.domain.runbook_lint import problems, warnings
from bot.domain.runbook_reading import parse_runbook
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.drafts import required
from bot.readmodels.course import course
from tests.core import rulings
from tests.questions.stage import Stage, minutes_to, played
from tests.searching import examples
from tests.slack.hostile import hostile
from tests.spec import NOON

TODAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("drafts")
    ended = played(folder)
    made = Stage(folder)
    made.go_on(minutes_to(ended))
    yield made
    made.close()


def course_of(stage: Stage, incident: str) -> Course:
    titles = rulings().category_titles()
    found = stage.core.store.read(lambda tx: course(tx, incident, titles=titles))
    assert found is not None
    return found


def shelf(*runbooks: Runbook) -> Shelf:
    return Shelf(
        runbooks=runbooks or rulings().runbooks,
        required=required(),
        today=TODAY,
        mask=lambda text: rulings().redactor.redact(text).text,
    )


def read(made: Draft) -> Runbook:
    """Return the draft as the linter reads it; nothing may be wrong with it."""
    found = parse_runbook(made.text, name=made.name)
    assert problems(found, today=TODAY, actions=required()) == ()
    return found


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_every_incident_gives_a_valid_draft(stage: Stage, number: int) -> None:
    made = draft(course_of(stage, f"INC-000{number}"), shelf())
    found = read(made)
    assert found.is_draft
    assert found.id == "RB-27"
    assert warnings(found)
    assert made.steps == len(found.steps) >= 1
    assert found.sources[0].url == f"tocsin:INC-000{number}"
    assert found.sources[1].url.startswith("tocsin:log/")


def test_what_was_done_becomes_steps_with_evidence_first(stage: Stage) -> None:
    made = draft(course_of(stage, "INC-0001"), shelf())
    looks, acts = read(made).steps
    assert looks.kind is StepKind.READ
    assert looks.text == rulings().runbooks[5].steps[0].text
    assert acts.action == "aws.iam.deactivate_access_key"
    assert acts.params_from == (
        ("access_key_id", "entity.key"),
        ("user_name", "entity.principal"),
    )
    assert acts.rollback.startswith("Propose aws.iam.activate_access_key")
    assert "from pl_01HX0000000000000000000001 12:07 UTC, verified" in made.text
    assert (made.gated, made.skipped) == (1, 1)


def test_what_was_skipped_stands_there_with_its_reason(stage: Stage) -> None:
    lessons = read(draft(course_of(stage, "INC-0001"), shelf())).section("Lessons")
    assert "RB-06 step 2" in lessons
    assert "the retrieval log is not kept for this tenant" in lessons


def test_nobody_is_named_and_notes_are_quoted(stage: Stage) -> None:
    known = course_of(stage, "INC-0001")
    said = Untrusted("<@U0SECOND> and @dana cut it, ask U0ONCALL1 # now")
    known = replace(known, notes=((known.notes[0][0], said),))
    made = draft(known, shelf())
    read(made)
    for name in ("U0", "@dana", "@support", "S0"):
        assert name not in made.text
    assert r"> somebody and somebody cut it, ask somebody \# now" in made.text


def test_no_value_of_the_incident_becomes_a_parameter(stage: Stage) -> None:
    unknown = replace(course_of(stage, "INC-0001"), steps=())
    made = draft(unknown, shelf(rulings().runbooks[3]))
    [step] = [one for one in read(made).steps if one.is_gated]
    assert {place for _, place in step.params_from} == {"fixed.TODO"}
    assert "TODO: when and why" in step.text


def test_a_plan_and_the_step_that_it_carried_out_are_one(stage: Stage) -> None:
    known = course_of(stage, "INC-0001")
    same = replace(known.steps[0], runbook="RB-01", number=3)
    books = {one.id: one for one in rulings().runbooks}
    numbers = [
        s.number for s in books["RB-01"].steps if s.action.endswith("access_key")
    ]
    made = draft(replace(known, steps=(replace(same, number=numbers[0]),)), shelf())
    acts = [one for one in read(made).steps if one.action.startswith("aws.iam")]
    assert len(acts) == 1
    assert f"RB-01 step {numbers[0]}, done" in made.text


@settings(max_examples=examples(0.05))
@given(hostile)
def test_no_text_of_a_sender_breaks_the_file_or_becomes_a_field(text: str) -> None:
    known = replace(EMPTY, signals=(Untrusted(text),), summary=Untrusted(text))
    known = replace(known, notes=((NOON, Untrusted(text)),))
    found = read(draft(known, shelf()))
    assert len(found.body) == 10
    assert found.status == "draft"


def test_a_draft_is_offered_to_nobody(stage: Stage, tmp_path: Path) -> None:
    made = draft(course_of(stage, "INC-0003"), shelf())
    path = tmp_path / f"{made.name}.md"
    path.write_text(made.text, "utf-8")
    assert load_runbooks(tmp_path) == ()
    path.write_text(made.text.replace("status: draft\n", ""), "utf-8")
    [finished] = load_runbooks(tmp_path)
    found = problems(finished, today=TODAY, actions=required())
    assert "body: there is still a TODO in ## Meaning" in found


EMPTY = Course(
    incident="INC-0001",
    category="prompt_injection",
    category_title="Prompt injection",
    severity=Severity.SEV2,
    signals=(),
    entities=(("guardrail", "support-gr"),),
    owasp=(),
    atlas=(),
    steps=(),
    plans=(),
    notes=(),
    suggested=(),
    outcome="fixed",
    summary=None,
    drill=False,
    size=7,
    root="ab" * 32,
)
