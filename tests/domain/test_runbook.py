"""How a runbook file is read, and which field a bad one is told about."""

from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.envelope import EntityKind
from bot.domain.errors import Unparsed
from bot.domain.runbook import Level, Runbook, StepKind
from bot.domain.runbook_reading import parse_runbook

FRONT = """\
id: RB-07
title: Agent follows a document
version: 2
owner: on-call
review_by: 2027-01-31
categories: [prompt_injection]
signals: [tool calls follow a document]
entities: [agent, key]
atlas: [AML.T0051]
owasp: [LLM01]
nist_phase: [RS.MI]
evidence: [the trace, sealed]
steps:
  - id: look
    kind: read
    text: Read the trace.
  - id: cut
    kind: gated
    text: Cut the agent's egress.
    action: aws.lambda.set_reserved_concurrency
    params_from: {function_name: entity.service}
    level: T2
    verify: 0 calls for 5 min
    rollback: restore the old value
    stop_if: it pages people
notify:
  - {regime: GDPR Art. 33, within: 72 h, when: personal data left}
sources:
  - {title: A page, url: https://example.com/a}
"""
BODY = """
## Meaning

Something is wrong.

```shell
## this is a comment, not a heading
```

## Impact

Somebody is hurt.
"""


def parsed(front: str = FRONT, body: str = BODY) -> Runbook:
    return parse_runbook(f"---\n{front}---\n{body}", name="rb-07-agent.md")


def refused(front: str) -> str:
    with pytest.raises(Unparsed) as caught:
        parsed(front)
    return str(caught.value)


def test_the_front_matter_becomes_typed_fields() -> None:
    runbook = parsed()
    assert (runbook.id, runbook.name, runbook.version) == ("RB-07", "rb-07-agent", 2)
    assert runbook.review_by == date(2027, 1, 31)
    assert runbook.entities == (EntityKind.AGENT, EntityKind.KEY)


def test_steps_are_numbered_from_one_in_the_order_of_the_file() -> None:
    assert [(step.number, step.id) for step in parsed().steps] == [
        (1, "look"),
        (2, "cut"),
    ]


def test_a_gated_step_keeps_its_action_its_parameters_and_its_level() -> None:
    step = parsed().step(2)
    assert step is not None
    assert step.is_gated
    assert step.kind is StepKind.GATED
    assert step.action == "aws.lambda.set_reserved_concurrency"
    assert step.params_from == (("function_name", "entity.service"),)
    assert step.level is Level.T2


def test_a_step_may_name_other_actions_that_do_the_same() -> None:
    ways = """    or:
      - action: kubernetes.deployment.scale
        params_from: {deployment: entity.service, replicas: fixed.0}
"""
    step = parsed(FRONT.replace("    level: T2\n", f"{ways}    level: T2\n")).step(2)
    assert step is not None
    assert [way.action for way in step.ways] == [
        "aws.lambda.set_reserved_concurrency",
        "kubernetes.deployment.scale",
    ]
    assert dict(step.ways[1].params_from)["replicas"] == "fixed.0"
    assert replace(step, action="manual").ways == ()


def test_there_is_no_step_zero() -> None:
    assert parsed().step(0) is None


def test_a_comment_in_a_code_block_is_not_a_section() -> None:
    assert [part.title for part in parsed().body] == ["Meaning", "Impact"]
    assert "## this is a comment" in parsed().section("Meaning")


def test_a_section_that_is_not_there_is_empty() -> None:
    assert parsed().section("Recover") == ""


def test_windows_line_ends_make_no_difference() -> None:
    text = f"---\n{FRONT}---\n{BODY}"
    crlf = text.replace("\n", "\r\n")
    assert parse_runbook(crlf, name="rb-07-agent") == parsed()


def test_a_file_without_front_matter_is_refused_with_the_next_move() -> None:
    with pytest.raises(Unparsed) as caught:
        parse_runbook("# Just text\n", name="rb-07-agent.md")
    assert str(caught.value) == (
        "rb-07-agent.md was not read: front matter: the file does not begin with "
        "YAML between two --- lines. Compare it with runbooks/TEMPLATE.md."
    )


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("title: Agent follows a document\n", "", "title: it must be a text"),
        ("version: 2", "version: two", "version: it must be a whole number"),
        ("version: 2", "version: true", "version: it must be a whole number"),
        ("2027-01-31", "next spring", "review_by: it must be a date"),
        ("2027-01-31", "2027-13-45", "front matter: a value in it"),
        ("[prompt_injection]", "prompt_injection", "categories: it must be a list"),
        ("[prompt_injection]", "[1]", "categories[1]: it must be a text"),
        ("[agent, key]", "[agent, cat]", "entities: 'cat' is not one of model"),
        ("kind: gated", "kind: maybe", "steps[2].kind: 'maybe' is not one of read"),
        ("level: T2", "level: T9", "steps[2].level: 'T9' is not one of T1"),
        ("{function_name: entity.service}", "[x]", "steps[2].params_from: it must be"),
        ("stop_if: it pages", "stopif: it pages", "steps[2].stopif: there is no such"),
        ("owner: on-call", "owners: on-call", "owners: there is no such field"),
        ("within: 72 h, ", "", "notify[1].within: it must be a text"),
        ("owner: on-call", "owner: [", "front matter: it is not YAML, look at line 7"),
        ("version: 2", "version: !!bool x", "front matter: a value in it"),
    ],
)
def test_the_message_names_the_field_that_is_wrong(
    old: str, new: str, names: str
) -> None:
    assert old in FRONT
    assert names in refused(FRONT.replace(old, new, 1))


def test_front_matter_that_is_no_map_is_refused() -> None:
    assert "it is not a map of fields" in refused("- a\n- b\n")


@given(st.text())
def test_no_front_matter_makes_it_crash(front: str) -> None:
    with suppress(Unparsed):
        parsed(front + "\n")


@given(st.sampled_from(FRONT.splitlines()), st.text(max_size=20))
def test_no_field_value_makes_it_crash(line: str, value: str) -> None:
    field = line.partition(":")[0]
    with suppress(Unparsed):
        parsed(FRONT.replace(line, f"{field}: {value}"))


def test_a_file_without_a_body_is_a_runbook_without_sections() -> None:
    assert parsed(body="").body == ()
