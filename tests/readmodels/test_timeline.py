"""A timeline says who did what and when, in every form it is given out."""

import csv
import io
import json
from datetime import timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.action_events import ActionEvent
from bot.domain.codec import encode
from bot.domain.events import (
    Acknowledged,
    Event,
    IncidentOpened,
    Noted,
    Resolved,
    Role,
    RoleAssigned,
)
from bot.domain.untrusted import Untrusted
from bot.ports import Entry
from bot.readmodels import timeline_export
from bot.readmodels.plan_lines import plan_sentence
from bot.readmodels.timeline import lines, sentence
from tests.domain.test_codec import any_event
from tests.spec import DANA, NOON, OLU, opened

HOSTILE = "=HYPERLINK(x) [click](http://evil) | <@U1> *b*"


def entry(seq: int, event: Event, actor: str) -> Entry:
    kind, body, words = encode(event)
    return Entry(
        seq=seq,
        stream="incident/INC-0001",
        version=seq + 1,
        kind=kind,
        at=NOON + timedelta(minutes=seq),
        actor=actor,
        body=body,
        words=words,
        leaf=b"",
    )


STORY = lines(
    [
        entry(0, opened(), "source:alertmanager"),
        entry(1, Acknowledged(by=OLU.id), OLU.id),
        entry(2, RoleAssigned(role=Role.COMMANDER, to=DANA.id, by=OLU.id), OLU.id),
        entry(3, Noted(by=OLU.id, text=Untrusted(HOSTILE)), OLU.id),
        entry(4, Resolved(by=OLU.id, outcome="false_alarm"), OLU.id),
    ]
)


def test_markdown_tells_who_did_what_and_when() -> None:
    told = timeline_export.markdown("INC-0001", STORY)
    assert "| 2026-11-20 12:01:00 | U0ONCALL | @U0ONCALL acknowledged. | 1 |" in told
    assert "@U0COMMANDER is commander, named by @U0ONCALL." in told
    assert "Resolved by @U0ONCALL as false alarm." in told


def test_markdown_leaves_no_link_table_or_mention_to_a_writer() -> None:
    told = timeline_export.markdown("INC-0001", STORY)
    assert r"\[click\]\(http://evil\) \| \<@U1\> \*b\*" in told


def test_a_cell_that_would_be_a_formula_is_quoted() -> None:
    told = list(csv.DictReader(io.StringIO(timeline_export.as_csv("INC-0001", STORY))))
    assert told[3]["words"].startswith("'=HYPERLINK")
    assert [row["actor"] for row in told][1] == OLU.id


def test_json_has_a_version_and_both_times() -> None:
    told = json.loads(timeline_export.as_json("INC-0001", STORY))
    assert told["version"] == 1
    first = told["timeline"][0]
    assert first["occurred_at"] == NOON.isoformat()
    assert told["timeline"][3]["words"] == HOSTILE


@given(st.one_of(*[any_event(kind) for kind in get_args(Event)]))
def test_every_event_has_a_sentence_without_anyones_words(event: Event) -> None:
    told = sentence(event)
    assert told.endswith((".", ":"))
    assert "Untrusted" not in told


def test_erased_words_leave_the_line_standing() -> None:
    event = opened(title=None)
    assert isinstance(event, IncidentOpened)
    (line,) = lines([entry(0, event, "source:alertmanager")])
    assert line.words is None
    assert line.text.startswith("Opened as SEV3, availability")


@given(st.one_of(*[any_event(kind) for kind in get_args(ActionEvent)]))
def test_every_event_of_a_plan_has_a_sentence(event: ActionEvent) -> None:
    told = plan_sentence("pl_1", event)
    assert told.startswith("pl_1: ")
    assert told.endswith(".")
    assert "Untrusted" not in told


def test_an_alert_s_lines_say_when_it_happened_and_when_it_reached_us() -> None:
    known = {opened().alert: (NOON - timedelta(hours=1), NOON - timedelta(seconds=9))}
    (line,) = lines([entry(0, opened(), "source:alertmanager")], known)
    assert line.occurred_at == opened().detected_at
    assert line.observed_at == NOON - timedelta(seconds=9)


def test_a_line_about_a_person_has_one_time() -> None:
    assert (STORY[1].occurred_at, STORY[1].observed_at) == (None, None)
