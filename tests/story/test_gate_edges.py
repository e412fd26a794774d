"""The other ends of a plan on a running bot: edited, expired, alone, undone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_gate import (
    LEAK,
    card_says,
    confirm,
    deployer_key,
    hears,
    propose,
    wait,
    works,
)
from tests.story.test_gate_cli import plans
from tests.story.test_story import cli

pytestmark = pytest.mark.slow

ACTION = "aws.iam.deactivate_access_key"
WHY = "nobody else answers the pager tonight"


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    settings = {"TOCSIN_SLACK_SECURITY_CHANNEL": "C0PRIVATE"}
    with running(tmp_path, settings=settings) as started:
        wait(lambda: started.run_json()["cloud_url"])
        started.alert(LEAK)
        started.wait_for(lambda m: m)
        yield started


def typed(tocsin: Tocsin, who: str, text: str, values: dict[str, str]) -> Any:
    """Type a command that opens a form, fill it in and send it."""
    opened = tocsin.command(who, f"/incident {text}").json
    view = opened["view"]["id"]
    return tocsin.do(who, "submit", view=view, values=values).json


def test_a_lone_engineer_breaks_the_glass_and_somebody_else_looks_later(
    tocsin: Tocsin,
) -> None:
    key = deployer_key(tocsin)
    card = propose(tocsin, "U0ONCALL", ACTION, key["id"])
    [plan] = plans(tocsin)
    name = plan["id"]
    phrase = f"break glass {ACTION} ci-deployer {plan['digest'][:8]}"
    short = {"typed_name": phrase, "reason": "hurry"}
    wrong = typed(tocsin, "U0ONCALL", f"break-glass {name}", short)
    assert "20 characters" in wrong["ack"]["errors"]["reason"]
    typed(
        tocsin,
        "U0ONCALL",
        f"break-glass {name}",
        {"typed_name": phrase, "reason": WHY},
    )
    card_says(tocsin, card, "verified")
    assert not works(tocsin, key)
    told = tocsin.wait_for(lambda m: m, channel="C0PRIVATE")
    assert told[0]["text"].startswith("Glass broken by <@U0ONCALL>.")
    typed(tocsin, "U0ONCALL", f"review {name}", {"reason": "I was right"})
    hears(tocsin, "U0ONCALL", "who broke the glass cannot also review it")
    typed(tocsin, "U0LEAD", f"review {name}", {"reason": "It was right."})
    hears(tocsin, "U0LEAD", "your review of the broken glass is recorded")
    story = cli(tocsin, "timeline", "INC-0001").stdout
    for part in ("@U0ONCALL broke the glass", "@U0LEAD looked at the broken glass"):
        assert part in story


def test_who_is_not_on_call_does_not_break_the_glass(tocsin: Tocsin) -> None:
    key = deployer_key(tocsin)
    propose(tocsin, "U0LEAD", ACTION, key["id"])
    [plan] = plans(tocsin)
    phrase = f"break glass {ACTION} ci-deployer {plan['digest'][:8]}"
    values = {"typed_name": phrase, "reason": WHY}
    typed(tocsin, "U0LEAD", f"break-glass {plan['id']}", values)
    hears(tocsin, "U0LEAD", "no policy lets <@U0LEAD> do that")
    assert works(tocsin, key)


def test_an_edit_ends_the_plan_and_its_buttons(tocsin: Tocsin) -> None:
    key = deployer_key(tocsin)
    card = propose(tocsin, "U0ONCALL", ACTION, key["id"])
    [plan] = plans(tocsin)
    opened = tocsin.do(
        "U0SECOND", "click", channel=CHANNEL, ts=card["ts"], action_id="plan.review"
    ).json
    values = {"reason": "the leak is confirmed by the owner"}
    typed(tocsin, "U0ONCALL", f"edit {plan['id']}", values)
    card_says(tocsin, card, "Replaced by another plan")
    answer = tocsin.do(
        "U0SECOND",
        "submit",
        view=opened["view"]["id"],
        values={"typed_name": "ci-deployer"},
    ).json
    assert answer["ok"]
    hears(tocsin, "U0SECOND", "was not approved")
    assert works(tocsin, key)
    [child] = plans(tocsin)
    assert child["stage"] == "pending"
    assert child["digest"] != plan["digest"]


def test_a_plan_that_nobody_answers_expires_by_itself(tmp_path: Path) -> None:
    settings = {"TOCSIN_GATE_APPROVE_WITHIN_S": "5"}
    with running(tmp_path, settings=settings) as tocsin:
        wait(lambda: tocsin.run_json()["cloud_url"])
        tocsin.alert(LEAK)
        tocsin.wait_for(lambda m: m)
        key = deployer_key(tocsin)
        card = propose(tocsin, "U0ONCALL", ACTION, key["id"])
        opened = tocsin.do(
            "U0SECOND", "click", channel=CHANNEL, ts=card["ts"], action_id="plan.review"
        ).json
        card_says(tocsin, card, "Expired, nothing ran")
        values = {"typed_name": "ci-deployer"}
        tocsin.do("U0SECOND", "submit", view=opened["view"]["id"], values=values)
        hears(tocsin, "U0SECOND", "was not approved")
        assert works(tocsin, key)


def test_a_window_that_closed_while_nobody_ran_is_closed_at_the_next_start(
    tmp_path: Path,
) -> None:
    settings = {"TOCSIN_GATE_APPROVE_WITHIN_S": "5"}
    with running(tmp_path, settings=settings) as tocsin:
        wait(lambda: tocsin.run_json()["cloud_url"])
        tocsin.alert(LEAK)
        tocsin.wait_for(lambda m: m)
        card = propose(tocsin, "U0ONCALL", ACTION, deployer_key(tocsin)["id"])
        tocsin.kill()
        tocsin.start()
        card_says(tocsin, card, "Expired, nothing ran")


def test_the_rollback_of_the_card_undoes_it_by_a_second_approved_plan(
    tocsin: Tocsin,
) -> None:
    key = deployer_key(tocsin)
    card = propose(tocsin, "U0ONCALL", ACTION, key["id"])
    confirm(tocsin, "U0SECOND", card, "ci-deployer")
    card_says(tocsin, card, "verified")
    assert not works(tocsin, key)
    undo = propose_rollback(tocsin, "U0SECOND", card)
    confirm(tocsin, "U0COMMANDER", undo, "ci-deployer")
    card_says(tocsin, undo, "verified")
    assert works(tocsin, key)
    tocsin.wait_for(
        lambda m: next(
            (c for c in m if c["ts"] == card["ts"] and "has undone it" in str(c)), None
        )
    )
    timeline = cli(tocsin, "timeline", "INC-0001").stdout
    assert timeline.count("verified.") == 2


def propose_rollback(tocsin: Tocsin, who: str, card: dict[str, Any]) -> dict[str, Any]:
    """Press the rollback button of a card; return the card of the plan it makes."""
    known = {m["ts"] for m in tocsin.cards()}
    opened = tocsin.wait_for(
        lambda _: tocsin.do(
            who,
            "click",
            channel=CHANNEL,
            ts=card["ts"],
            action_id="plan.rollback",
        ).json.get("view")
    )
    values = {"reason": "the leak is closed, the key is needed"}
    tocsin.do(who, "submit", view=opened["id"], values=values)
    return dict(
        tocsin.wait_for(
            lambda m: next(
                (c for c in m if c["ts"] not in known and "Undoes" in str(c)), None
            )
        )
    )
