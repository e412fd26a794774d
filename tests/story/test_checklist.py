"""A runbook worked by three people at the practice page, over a crash, to the end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.running import CHANNEL, Tocsin, running

pytestmark = pytest.mark.slow
JAILBREAK = {"title": "Prompt injection bypassed the guardrail, jailbreak let through"}
Json = dict[str, Any]


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path, settings={"TOCSIN_PRACTICE_CLOUD": "false"}) as bot:
        yield bot


class Floor:
    """What people see of the checklists, and what they press on them."""

    def __init__(self, tocsin: Tocsin) -> None:
        self.tocsin = tocsin

    def shows(self, words: str, *, runbook: str = "RB-02") -> Json:
        """Return the checklist once these words are on it."""

        def found(messages: list[Json]) -> Json | None:
            for one in messages:
                if one["text"].startswith(f"Checklist {runbook}"):
                    said = json.dumps(one["blocks"], ensure_ascii=False) + one["text"]
                    return one if words in said else None
            return None

        return dict(self.tocsin.wait_for(found))

    def press(self, who: str, on: Json, **what: Any) -> Json:
        said = self.tocsin.do(who, "click", channel=CHANNEL, ts=on["ts"], **what)
        assert said.json["ok"], said.json
        return dict(said.json)

    def submit(self, who: str, view: Json, **values: str) -> Json:
        sent = self.tocsin.do(who, "submit", view=view["id"], values=values)
        return dict(sent.json)

    def told(self, who: str, words: str) -> None:
        """Wait until somebody was told something that only they see."""
        self.tocsin.wait_for(
            lambda _: any(words in one for one in self.tocsin.whispers(who))
        )


def test_a_runbook_is_worked_by_several_people_over_a_crash(tocsin: Tocsin) -> None:
    floor = Floor(tocsin)
    tocsin.alert(JAILBREAK)
    card = tocsin.wait_for(
        lambda found: next((m for m in found if "not acknowledged" in m["text"]), None)
    )
    first = two_take_a_step_and_the_plug_is_pulled(floor, card)
    one = it_is_done_taken_back_and_done_again(floor, first)
    skipped = another_skips_the_next_and_says_why(floor, one)
    ready = a_change_is_taken_before_the_evidence_is_complete(floor, skipped)
    its_action_is_proposed_with_what_the_runbook_fixes(floor, ready)
    second = another_runbook_is_searched_for_and_followed(floor, ready)
    assert first["thread_ts"] == second["thread_ts"] == card["ts"]
    tocsin.command("U0COMMANDER", "/incident resolve INC-0001 fixed filter is on")
    for runbook in ("RB-02", "RB-01"):
        closed = floor.shows("resolved as fixed", runbook=runbook)
        assert not [one for one in closed["blocks"] if one["type"] == "actions"]


def two_take_a_step_and_the_plug_is_pulled(floor: Floor, card: Json) -> Json:
    floor.press("U0GUEST", card, action_id="step.take")
    floor.press("U0ONCALL", card, action_id="step.take")
    floor.press("U0SECOND", card, action_id="step.take")
    floor.tocsin.kill()
    floor.tocsin.start()
    taken = floor.shows("taken")
    assert "U0ONCALL" in json.dumps(taken["blocks"])
    floor.told("U0GUEST", "guests may read but not change an incident")
    floor.told("U0SECOND", "<@U0ONCALL> has it, it is taken")
    return taken


def it_is_done_taken_back_and_done_again(floor: Floor, taken: Json) -> Json:
    floor.press("U0ONCALL", taken, action_id="step.done")
    one = floor.shows("1 of 8 done")
    floor.press("U0ONCALL", one, action_id="step.undo")
    floor.tocsin.command("U0ONCALL", "/incident step done RB-02 1")
    return one


def another_skips_the_next_and_says_why(floor: Floor, one: Json) -> Json:
    floor.press("U0GUEST", one, action_id="step.skip")
    floor.told("U0GUEST", "only full members of this workspace move steps")
    form = floor.press("U0SECOND", one, action_id="step.skip")["view"]
    assert floor.submit("U0SECOND", form, reason=" ")["ack"]["errors"]
    floor.submit("U0SECOND", form, reason="no copies: <!channel> *checked*")
    skipped = floor.shows("1 skipped")
    assert "no copies: <!channel> *checked*" in json.dumps(skipped["blocks"])
    line = floor.tocsin.wait_for(
        lambda found: next((m for m in found if "skipped step 2" in m["text"]), None)
    )
    assert "&lt;!channel&gt;" in line["text"]
    assert "reopened step 1 of RB-02" in json.dumps(floor.tocsin.messages())
    return skipped


def a_change_is_taken_before_the_evidence_is_complete(
    floor: Floor, skipped: Json
) -> Json:
    change = "INC-0001|RB-02|4"
    chosen = floor.press("U0SECOND", skipped, action_id="step.choose", value=change)
    assert "Evidence step 3 open." in json.dumps(chosen["view"]["blocks"])
    floor.submit("U0SECOND", chosen["view"], became="take")
    floor.told("U0SECOND", "evidence step 3 is open. The timeline says so.")
    floor.tocsin.command("U0ONCALL", "/incident step done RB-02 3")
    ready = floor.shows("Propose step 4…")
    assert ", evidence step 3 open" in json.dumps(ready["blocks"])
    return ready


def its_action_is_proposed_with_what_the_runbook_fixes(
    floor: Floor, ready: Json
) -> None:
    menu = floor.press("U0SECOND", ready, action_id="step.propose")["view"]
    assert menu["callback_id"] == "action.choose"
    chosen = {"action": "aws.lambda.set_reserved_concurrency"}
    do = floor.tocsin.do("U0SECOND", "submit", view=menu["id"], values=chosen)
    fields = do.json["view"]
    assert fields["callback_id"] == "action.propose"
    assert '"initial_value": "0"' in json.dumps(fields["blocks"])


def another_runbook_is_searched_for_and_followed(floor: Floor, ready: Json) -> Json:
    others = floor.press("U0ONCALL", ready, action_id="runbook.others")["view"]
    assert "its checklist stands here" in json.dumps(others["blocks"])
    floor.submit("U0ONCALL", others, search="stolen access key llmjacking")
    asked = floor.tocsin.ask("/practice/people/U0ONCALL/view").json
    near = asked.get("view", asked)
    said = json.dumps(near["blocks"], ensure_ascii=False)
    assert "Near to “stolen access key llmjacking”" in said
    floor.submit("U0ONCALL", near, runbook="RB-01")
    return floor.shows("0 of 8 done", runbook="RB-01")
