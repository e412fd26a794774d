"""The gate from a terminal: beside a running bot, and when none runs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.running import Tocsin, running
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
from tests.story.test_story import cli

pytestmark = pytest.mark.slow

ACTION = "aws.iam.deactivate_access_key"


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path) as started:
        wait(lambda: started.run_json()["cloud_url"])
        started.alert(LEAK)
        started.wait_for(lambda m: m)
        yield started


def plans(tocsin: Tocsin) -> list[dict[str, Any]]:
    return list(json.loads(cli(tocsin, "gate", "list", "--json").stdout)["plans"])


def test_a_plan_is_seen_and_taken_back_from_a_terminal(tocsin: Tocsin) -> None:
    key = deployer_key(tocsin)
    card = propose(tocsin, "U0ONCALL", ACTION, key["id"])
    [plan] = plans(tocsin)
    assert (plan["action"], plan["stage"]) == (ACTION, "pending")
    shown = cli(tocsin, "gate", "show", plan["id"]).stdout
    assert f"action     {ACTION} on ci-deployer" in shown
    refused = cli(tocsin, "gate", "approve", plan["id"])
    assert refused.returncode == 2
    assert "in Slack and nowhere else" in refused.stderr
    done = cli(tocsin, "gate", "cancel", plan["id"], "--reason", "another key")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{plan['id']}: cancelled")
    card_says(tocsin, card, "Cancelled by an administrator")
    assert plans(tocsin) == []
    assert works(tocsin, key)
    again = cli(tocsin, "gate", "deny", plan["id"], "--reason", "no")
    assert again.returncode == 1
    assert "an administrator took it back" in again.stderr


@pytest.mark.parametrize("is_crash", [False, True])
def test_when_no_bot_runs_the_order_is_carried_out_all_the_same(
    tocsin: Tocsin, *, is_crash: bool
) -> None:
    card = propose(tocsin, "U0ONCALL", ACTION, deployer_key(tocsin)["id"])
    [plan] = plans(tocsin)
    tocsin.kill() if is_crash else tocsin.stop()
    done = cli(tocsin, "gate", "deny", plan["id"], "--reason", "wrong key")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{plan['id']}: denied")
    assert cli(tocsin, "log", "verify").returncode == 0
    tocsin.start()
    card_says(tocsin, card, "by an administrator")


def test_a_freeze_holds_until_it_is_lifted_and_everybody_reads_why(
    tocsin: Tocsin,
) -> None:
    frozen = cli(tocsin, "gate", "freeze", "--for", "2h", "--reason", "year end")
    assert (frozen.returncode, frozen.stdout[:23]) == (0, "FZ-0001: frozen until 2")
    tocsin.wait_for(lambda m: any("Changes are frozen" in one["text"] for one in m))
    key = deployer_key(tocsin)
    card = propose(tocsin, "U0ONCALL", ACTION, key["id"])
    assert "Frozen until " in json.dumps(card["blocks"])
    confirm(tocsin, "U0SECOND", card, "ci-deployer")
    hears(tocsin, "U0SECOND", "by an administrator, because: year end. Wait until")
    listed = cli(tocsin, "gate", "list").stdout
    assert "by admin (FZ-0001): year end" in listed
    tocsin.command("U0GUEST", "/incident unfreeze")
    hears(tocsin, "U0GUEST", "Nothing was lifted: only full members decide")
    assert works(tocsin, key)
    tocsin.command("U0LEAD", "/incident unfreeze all is well")
    hears(tocsin, "U0LEAD", "Lifted: FZ-0001.")
    confirm(tocsin, "U0SECOND", card, "ci-deployer")
    card_says(tocsin, card, "Done and verified")
    back = propose(tocsin, "U0ONCALL", "aws.iam.activate_access_key", key["id"])
    confirm(tocsin, "U0SECOND", back, "ci-deployer")
    card_says(tocsin, back, "Done and verified")
    # The same on the same target, so soon: it waits for its place.
    again = propose(tocsin, "U0ONCALL", ACTION, key["id"])
    confirm(tocsin, "U0SECOND", again, "ci-deployer")
    tocsin.wait_for(
        lambda m: any("2 min must lie in between" in json.dumps(c["blocks"]) for c in m)
    )
    assert [one["stage"] for one in plans(tocsin)] == ["approved"]
    assert cli(tocsin, "log", "verify").returncode == 0
