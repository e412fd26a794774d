"""Groups, a waiver and the log of decisions, through the doors of a running bot."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.preloaded import run
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

pytestmark = pytest.mark.slow

REGISTRY = """
systems:
  - id: ci
    title: Builds
    owner: "@oncall"
    region: eu-central-1
    entities: [ci-deployer]
    data_classes: [personal data]
    data_stays: [eu]
    groups:
      privacy: [U0LEAD]
"""
WAIVER = """
- id: wv-unknown-region
  rule: region-unknown
  owner: U0LEAD
  reason: an example that is in force and lifts nothing here
  from: {begins}
  until: {ends}
  systems: [ci]
"""


def site(folder: Path) -> dict[str, str]:
    """Write registry and waivers; return the settings that name them."""
    policies, now = folder / "policies", datetime.now(UTC)  # noqa: TID251 - a real bot reads it
    policies.mkdir()
    (folder / "registry.yaml").write_text(REGISTRY, "utf-8")
    ends = (now + timedelta(days=3)).isoformat()
    text = WAIVER.format(begins=now.replace(microsecond=0).isoformat(), ends=ends)
    (policies / "waivers.yaml").write_text(text, "utf-8")
    return {
        "TOCSIN_REGISTRY_FILE": str(folder / "registry.yaml"),
        "TOCSIN_GATE_POLICIES": str(policies),
        "TOCSIN_GATE_GROUPS": "engineering=U0SECOND",
    }


def test_a_plan_about_people_waits_for_engineering_and_privacy(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    settings = site(tmp_path)
    with running(home, settings=settings) as tocsin:
        wait(lambda: tocsin.run_json()["cloud_url"])
        tocsin.alert(LEAK)
        tocsin.wait_for(bool)
        key = deployer_key(tocsin)
        plan = propose(tocsin, "U0ONCALL", "aws.iam.deactivate_access_key", key["id"])
        said = json.dumps(plan["blocks"])
        assert "one each for engineering and privacy" in said
        assert "wv-unknown-region" in said
        assert "eu-central-1" in said
        assert "it needs engineering, privacy" in plan["text"]
        confirm(tocsin, "U0SECOND", plan, "ci-deployer")
        card_says(tocsin, plan, "1 of 2 have agreed, it needs privacy")
        confirm(tocsin, "U0COMMANDER", plan, "ci-deployer")
        hears(tocsin, "U0COMMANDER", "It needs privacy.")
        assert works(tocsin, key)
        confirm(tocsin, "U0LEAD", plan, "ci-deployer")
        card_says(tocsin, plan, "Done and verified")
        decided(tocsin)


def decided(tocsin: Tocsin) -> None:
    asked = run(
        "bot.cli",
        *("policy", "decisions", "--json"),
        environment={
            "TOCSIN_HOME": str(tocsin.home),
            "TOCSIN_CONFIG": str(tocsin.home / "none.toml"),
            **tocsin.settings,
        },
    )
    listed = json.loads(asked.stdout)
    said = [(one["by"], one["verb"], one["allowed"]) for one in listed]
    assert said[:4] == [
        ("U0ONCALL", "propose", True),
        ("U0SECOND", "approve", True),
        ("U0COMMANDER", "approve", True),
        ("U0LEAD", "approve", True),
    ]
    assert {one["event"] for one in listed[4:]} == {"action.claimed"}
    lead = listed[3]
    assert lead["groups"] == ["approvers", "privacy"]
    assert lead["policies"][0]["id"] == "needed-group-approves"
    assert lead["same_policies"]
