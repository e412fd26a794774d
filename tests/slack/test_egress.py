"""Nothing sensitive leaves, even when a path forgot to mask it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.ports import Sending
from bot.slack.egress import masked
from tests.fakes.redactor import FakeRedactor


def row(text: str, *blocks: Mapping[str, Any], key: str = "card/INC-0001") -> Sending:
    return Sending(
        key=key,
        kind="post",
        channel="C1",
        person="",
        text=text,
        blocks=blocks,
        ts="",
        thread_ts="",
        rev=1,
        attempts=1,
        in_doubt=False,
        created_at=datetime(2026, 5, 4, tzinfo=UTC),
    )


def test_the_fallback_and_every_text_of_the_blocks_are_masked() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "a SECRET-1"}}
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "b SECRET-2"}],
            }
        ],
    }
    shown = masked(row("c SECRET-3", section, rich), FakeRedactor())
    assert shown.text == "c [github_pat]"
    assert "SECRET" not in str(shown.blocks)


def test_ids_values_and_clean_blocks_stay_as_they_are() -> None:
    button = {"type": "button", "action_id": "incident.ack", "value": "SECRET-id"}
    actions = {"type": "actions", "elements": [button]}
    assert masked(row("fine", actions), FakeRedactor()).blocks == (actions,)


def test_a_text_that_cannot_be_checked_is_withheld() -> None:
    assert masked(row("too large"), FakeRedactor()).text == "[withheld]"


def test_an_approval_card_shows_exactly_what_will_run() -> None:
    whole = row("deactivate SECRET-1", key="plan/pl_1")
    assert masked(whole, FakeRedactor()) == whole
