"""What the linter says about a runbook that is not ready for 3 a.m."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.runbook import (
    Duty,
    Level,
    Runbook,
    Section,
    Source,
    Step,
    StepKind,
    Way,
)
from bot.domain.runbook_lint import SECTIONS, problems, shelf_problems

TODAY = date(2026, 11, 21)
ACTIONS = {"aws.iam.deactivate_access_key": ("access_key_id",)}
LOOK = Step(number=1, id="look", text="Look.", kind=StepKind.READ)
ACT = Step(
    number=2,
    id="act",
    text="Switch the key off.",
    kind=StepKind.GATED,
    action="aws.iam.deactivate_access_key",
    params_from=(("access_key_id", "entity.key"),),
    level=Level.T2,
    verify="0 calls for 10 min",
    rollback="switch it on again",
)
GOOD = Runbook(
    id="RB-07",
    name="rb-07-a-key",
    title="A key",
    version=1,
    owner="on-call",
    review_by=TODAY,
    categories=("credential_exposure",),
    signals=("a key leaked",),
    entities=(),
    atlas=("AML.T0055", "AML.T0048.001", "AML.M0029"),
    owasp=("LLM02", "ASI10"),
    nist_phase=("RS.MI",),
    evidence=("the trail",),
    steps=(LOOK, ACT),
    notify=(Duty(regime="GDPR", within="72 h", when="data left"),),
    sources=(Source(title="A page", url="https://example.com/a"),),
    body=tuple(Section(title=title, text="```\nls\n```") for title in SECTIONS),
)


def found(runbook: Runbook, *, today: date = TODAY) -> tuple[str, ...]:
    return problems(runbook, today=today, actions=ACTIONS)


def with_act(**changes: object) -> Runbook:
    return replace(GOOD, steps=(LOOK, replace(ACT, **changes)))  # type: ignore[arg-type]


def test_a_good_runbook_has_no_problems() -> None:
    assert found(GOOD) == ()


def test_the_review_day_itself_is_still_good_and_the_day_after_is_not() -> None:
    assert found(GOOD, today=date(2026, 11, 22)) == (
        "review_by: 2026-11-21 is past; read it again",
    )


def test_evidence_comes_before_the_first_gated_step() -> None:
    steps = (replace(ACT, number=1), replace(LOOK, number=2))
    assert found(replace(GOOD, steps=steps)) == (
        "steps[1] act: a gated step comes before any read step; collect evidence first",
    )


def test_a_manual_step_is_not_evidence() -> None:
    call = Step(number=1, id="call", text="Call.", kind=StepKind.MANUAL)
    assert "collect evidence first" in found(replace(GOOD, steps=(call, ACT)))[0]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"action": ""}, "a gated step names an action or says manual"),
        ({"action": "aws.iam.burn"}, "no action is registered as aws.iam.burn"),
        ({"params_from": ()}, "aws.iam.deactivate_access_key does not say where"),
        (
            {"params_from": (("key", "entity.key"),)},
            "aws.iam.deactivate_access_key must name exactly access_key_id",
        ),
        (
            {"params_from": (("access_key_id", "entity.wallet"),)},
            "alerts name no such kind of thing",
        ),
        (
            {"params_from": (("access_key_id", "step.act"),)},
            "no step of that id comes before it",
        ),
        (
            {"params_from": (("access_key_id", "AKIA"),)},
            "name an entity., a step. or a fixed. value",
        ),
        ({"otherwise": (Way(ACT.action, ACT.params_from),)}, "is named twice"),
        (
            {"otherwise": (Way("aws.iam.burn", ACT.params_from),)},
            "no action is registered as aws.iam.burn",
        ),
        (
            {"action": "manual", "otherwise": (Way(ACT.action, ACT.params_from),)},
            "or says what does the same as the action, and there is none",
        ),
        ({"verify": "it looks fine"}, "verify names no figure"),
        ({"text": "x" * 201}, "the text has 201 characters; 200 fit on a card"),
        ({"level": None}, "the level (T1, T2 or T3) is missing"),
        ({"verify": ""}, "verify is missing; name a figure and a window"),
        ({"rollback": ""}, "say how to roll back, or why it is irreversible"),
        ({"irreversible": "gone"}, "it says both rollback and irreversible"),
    ],
)
def test_a_gated_step_says_all_that_the_gate_needs(
    changes: dict[str, object], says: str
) -> None:
    assert [says in problem for problem in found(with_act(**changes))] == [True]


def test_a_stated_reason_stands_in_for_a_rollback() -> None:
    assert found(with_act(rollback="", irreversible="sessions end")) == ()


def test_a_gated_step_by_hand_needs_no_parameters() -> None:
    assert found(with_act(action="manual", params_from=())) == ()


def test_a_value_may_be_what_a_person_read_in_a_step_before() -> None:
    assert found(with_act(params_from=(("access_key_id", "step.look"),))) == ()


def test_a_read_step_changes_nothing_and_so_names_no_action() -> None:
    look = replace(LOOK, action="aws.iam.deactivate_access_key", level=Level.T3)
    assert found(replace(GOOD, steps=(look, ACT))) == (
        (
            "steps[1] look: only a gated step may name the action "
            "aws.iam.deactivate_access_key"
        ),
        "steps[1] look: only a gated step has a level",
    )


@pytest.mark.parametrize("title", SECTIONS)
def test_every_section_is_there_and_says_something(title: str) -> None:
    body = tuple(
        replace(part, text="") if part.title == title else part for part in GOOD.body
    )
    assert found(replace(GOOD, body=body)) == (
        f"body: the section ## {title} is missing or empty",
    )


def test_sections_out_of_order_are_told() -> None:
    assert found(replace(GOOD, body=GOOD.body[::-1])) == (
        "body: the sections are out of order; evidence comes before Contain",
    )


def test_a_section_that_is_there_twice_is_told() -> None:
    body = (GOOD.body[0], *GOOD.body)
    assert found(replace(GOOD, body=body)) == (
        "body: the section ## Meaning is there twice",
    )


def test_an_unknown_category_is_told() -> None:
    assert found(replace(GOOD, categories=("weather",))) == (
        "categories: 'weather' is not in the taxonomy",
    )


def test_taxonomy_ids_have_the_form_of_their_lists() -> None:
    strange = replace(GOOD, atlas=("T1059",), owasp=("LLM11",))
    assert found(strange) == (
        "atlas: 'T1059' is not an ATLAS id such as AML.T0051",
        "owasp: 'LLM11' is not an OWASP id such as LLM01 or ASI03",
    )


@pytest.mark.parametrize("field", ["signals", "evidence", "steps", "notify", "sources"])
def test_a_list_without_entries_is_told(field: str) -> None:
    empty = replace(GOOD, **{field: ()})  # type: ignore[arg-type]
    assert f"{field}: the list is empty" in found(empty)


def test_a_source_needs_an_address() -> None:
    told = replace(GOOD, sources=(Source(title="Hearsay", url="a friend"),))
    assert found(told) == ("sources: 'Hearsay' has no https address",)


def test_the_id_matches_the_file_name() -> None:
    assert found(replace(GOOD, name="rb-08-a-key")) == (
        "id: RB-07 needs a file rb-07-<words>.md",
    )
    assert found(replace(GOOD, id="R7")) == (
        "id: 'R7' is not RB- and two digits, e.g. RB-07",
    )


def test_two_steps_do_not_share_an_id() -> None:
    steps = (LOOK, replace(ACT, id="look"))
    assert found(replace(GOOD, steps=steps)) == ("steps: the id 'look' is used twice",)


@pytest.mark.parametrize("unknown", [{"atlas": ("AML.T9999",)}, {"owasp": ("ASI07",)}])
def test_a_threat_that_does_not_exist_is_named_when_the_lists_are_there(
    unknown: dict[str, tuple[str, ...]],
) -> None:
    runbook = replace(GOOD, **unknown)  # type: ignore[arg-type]
    threats = frozenset({"AML.T0055", "AML.T0048.001", "LLM02", "ASI10"})
    assert found(runbook) == ()
    said = problems(runbook, today=TODAY, actions=ACTIONS, threats=threats)
    (name,) = next(iter(unknown.values()))
    assert said == (f"{name}: there is no such id in bot/rules/frameworks.yaml",)


def test_a_mitigation_or_a_case_study_is_not_looked_up() -> None:
    runbook = replace(GOOD, atlas=("AML.M0029", "AML.CS0030"), owasp=("LLM02",))
    threats = frozenset({"LLM02"})
    assert problems(runbook, today=TODAY, actions=ACTIONS, threats=threats) == ()


def test_a_duty_under_the_ai_act_brings_its_warning_on_evidence() -> None:
    duty = Duty(regime="EU AI Act Art. 73", within="15 days", when="harm")
    assert found(replace(GOOD, notify=(duty,))) == (
        "body: ## Notify does not repeat the AI Act's warning, Art. 73(6)",
    )


def test_evidence_first_holds_a_command_that_can_be_pasted() -> None:
    body = tuple(
        replace(part, text="Look around.") if part.title == "Evidence first" else part
        for part in GOOD.body
    )
    assert found(replace(GOOD, body=body)) == (
        "body: ## Evidence first has no command that can be pasted",
    )


def test_two_files_may_not_claim_one_id() -> None:
    twin = replace(GOOD, name="rb-07-another-key")
    assert shelf_problems((GOOD, replace(GOOD, id="RB-08"))) == ()
    assert shelf_problems((twin, GOOD)) == (
        "id: RB-07 is the id of rb-07-a-key.md and rb-07-another-key.md",
    )
