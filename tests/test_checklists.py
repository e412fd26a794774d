"""A checklist follows its incident: drawn in the thread, kept with its edition."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.checklists import Checklists
from bot.domain.checklist import ChecklistView
from bot.domain.checklist_events import ChecklistStarted, StepTaken
from bot.domain.commands import Reopen, Resolve
from bot.domain.runbook import Runbook, StepKind
from bot.domain.step_commands import (
    FinishStep,
    ReopenStep,
    StartChecklist,
    TakeStep,
)
from bot.domain.untrusted import Untrusted
from bot.ports import Sending, Transaction
from bot.readmodels import board, checklists
from bot.readmodels.timeline_export import as_csv, as_json, markdown
from bot.service import Handled
from bot.slack import checklist_card
from tests.core import Core, rulings
from tests.spec import DANA, OLU, SAM, an_alert

INC, RB = "INC-0001", "RB-07"


class House:
    """A core with checklists, and one incident that RB-07 fits."""

    def __init__(self, folder: Path) -> None:
        self.core = Core(folder)
        self.checklists = self.made(rulings().runbooks)
        self.core.alert({"title": "PII detected in model output", "severity": "high"})

    def made(self, runbooks: tuple[Runbook, ...]) -> Checklists:
        """Return checklists over a shelf; from now on they follow, and no others."""
        made = Checklists(
            store=self.core.store,
            clock=self.core.clock,
            runbooks=runbooks,
            index=rulings().index,
            advise=rulings().advise,
            draw=lambda view: checklist_card.card(view, proposing=True),
        )
        self.core.service.inform = made.inform
        self.core.service.book.followers = [made.follow]
        return made

    def ask(self, command: Any) -> Handled:
        return self.core.ask(INC, command)

    def take(self, step: int, *, by: Any = OLU, runbook: str = RB) -> Handled:
        return self.ask(TakeStep(by=by, runbook=runbook, step=step))

    def done(self, step: int, *, by: Any = OLU) -> Handled:
        return self.ask(FinishStep(by=by, runbook=RB, step=step))

    def view(self, runbook: str = RB) -> ChecklistView:
        found = self.checklists.view(INC, runbook)
        assert found is not None
        return found

    def posted(self) -> dict[str, Sending]:
        """Return what is sent now, by key, and have it stand in the channel."""
        found = {}
        for _ in range(3):  # a thread waits until its card stands
            for row in self._claimed():
                found[row.key] = row
                self.core.store.write(partial(_stands, row)).result()
            self.core.clock.go_on(5)
        return found

    def _claimed(self) -> tuple[Sending, ...]:
        now = self.core.clock.now()
        return self.core.store.write(
            lambda tx: tx.outbox.claim(now=now, lease_s=60, limit=99)
        ).result()

    def story(self) -> list[str]:
        return [line.text for line in self.core.service.timeline(INC)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.core.close()


def test_the_first_step_puts_one_checklist_into_the_thread_and_edits_it(
    house: House,
) -> None:
    assert house.take(1).refusal is None
    assert "<@U0ONCALL> has it" in str(house.take(1, by=SAM).refusal)
    key = f"checklist/{INC}/{RB}"
    first = house.posted()[key]
    assert house.view().marks[1].by == OLU.id
    assert (first.thread_ts, first.ts) == ("1.1", "")
    assert "0 of 8 done" in first.text
    house.done(1)
    house.take(2, by=SAM)
    second = house.posted()[key]
    assert second.ts == "1.1"
    assert "1 of 8 done. Step 2" in second.text


def test_the_card_goes_on_with_the_checklist_that_was_begun_last(house: House) -> None:
    house.done(1)
    house.take(1, by=SAM, runbook="RB-12")
    card = house.core.service.view(INC)
    assert card is not None
    assert card.next_step is not None
    assert (card.next_step.runbook, card.next_step.by) == ("RB-12", SAM.id)
    assert card.next_step.far == "0 of 8 done"
    assert {RB, "RB-12"} <= {
        key.rsplit("/", 1)[-1] for key in house.posted() if key.startswith("checklist/")
    }
    _the_rows_of_the_board_follow_from_the_log(house)


def _the_rows_of_the_board_follow_from_the_log(house: House) -> None:
    def read(tx: Any) -> Any:
        state = board.load(tx, INC)[0]
        return checklists.of_open(tx)[INC], checklists.of_state(state)

    kept, folded = house.core.store.read(read)
    assert kept == folded
    assert [(one.runbook, one.far) for one in kept] == [
        (RB, "1 of 8 done"),
        ("RB-12", "0 of 8 done"),
    ]


def test_the_card_says_when_every_step_is_over(house: House) -> None:
    for n in range(1, 9):
        house.done(n)
    card = house.posted()[f"card/{INC}"]
    over = "every step of RB-07 is over (8 of 8 done); decide together."
    assert over in json.dumps(card.blocks, ensure_ascii=False)
    assert "step.take" not in json.dumps(card.blocks)


def test_a_change_before_the_evidence_is_told_everywhere(house: House) -> None:
    first_change = next(s.number for s in _runbook().steps if s.kind is StepKind.GATED)
    house.take(first_change)
    told = f"took step {first_change} of {RB}, evidence steps 1, 2, 3 open."
    assert house.story()[-1] == f"<@{OLU.id}> {told}"
    line = next(row for key, row in house.posted().items() if "took step" in row.text)
    assert "with evidence steps 1, 2, 3 open" in line.text


def test_a_mark_and_its_correction_both_stay_in_every_export(house: House) -> None:
    house.done(1)
    house.ask(
        ReopenStep(by=SAM, runbook=RB, step=1, reason=Untrusted("=wrong <incident>"))
    )
    house.ask(
        FinishStep(
            by=DANA, runbook=RB, step=2, skipped=True, reason=Untrusted("no <store>")
        )
    )
    story = house.core.service.timeline(INC)
    for made in (markdown(INC, story), as_json(INC, story), as_csv(INC, story)):
        assert "marked step 1 of RB-07 as done" in made
        assert "reopened step 1 of RB-07; it had been done by" in made
        assert "marked step 2 of RB-07 as skipped" in made
        assert "wrong" in made
        assert "store" in made
    assert 1 not in house.view().marks
    assert house.view().marks[2].reason == Untrusted("no <store>")


def test_a_checklist_keeps_the_edition_it_was_started_with(house: House) -> None:
    house.done(1)
    before = house.view()
    house.made(tuple(_shortened(one) for one in rulings().runbooks))
    house.take(8, by=SAM)
    after = replace(house.view(), standing="")
    assert after.digest == before.digest
    assert after.edition == before.edition
    assert after.marks.keys() == {1, 8}
    other = house.made(tuple(_shortened(one) for one in rulings().runbooks))
    changed = other.view(INC, RB)
    assert changed is not None
    assert changed.standing == "changed"
    gone = house.made(()).view(INC, RB)
    assert gone is not None
    assert gone.standing == "gone"
    # What begins now begins with the file as it is now.
    refused = house.take(8, runbook="RB-12").refusal
    house.made(tuple(_shortened(one) for one in rulings().runbooks))
    assert "no runbook RB-12" in str(refused)
    assert "RB-12 has 2 steps" in str(house.take(8, runbook="RB-12").refusal)


def test_an_edition_that_is_lost_leaves_the_numbers_and_goes_on(house: House) -> None:
    house.done(1)
    house.core.store.write(
        lambda tx: tx.tables.execute("DELETE FROM runbook_edition")
    ).result()
    house.take(2, by=SAM)
    view = house.view()
    assert view.edition is None
    assert view.marks.keys() == {1, 2}
    text = house.posted()[f"checklist/{INC}/{RB}"].text
    assert "1 of 8 done" in text


def test_a_resolved_incident_closes_its_checklists_and_a_reopened_one_opens_them(
    house: House,
) -> None:
    house.take(1)
    house.ask(Resolve(by=DANA, outcome="false_alarm"))
    closed = house.posted()[f"checklist/{INC}/{RB}"]
    assert "closed: resolved as false alarm" in closed.text
    assert not [one for one in closed.blocks if one["type"] == "actions"]
    assert "already resolved" in str(house.done(1).refusal)
    house.ask(Reopen(by=DANA))
    again = house.posted()[f"checklist/{INC}/{RB}"]
    assert [one for one in again.blocks if one["type"] == "actions"]
    assert house.view().marks[1].by == OLU.id


def test_steps_without_a_runbook_follow_what_was_suggested(house: House) -> None:
    started = house.ask(StartChecklist(by=OLU))
    assert [type(one) for one in started.events] == [ChecklistStarted]
    assert house.view().done == 0
    again = house.ask(StartChecklist(by=SAM))
    assert again.events == ()
    assert "no runbook RB-99" in str(
        house.ask(StartChecklist(by=OLU, runbook="RB-99")).refusal
    )


def test_a_step_taken_by_an_older_version_is_on_the_checklist(house: House) -> None:
    house.core.service.inform = None
    house.take(2, by=SAM)
    assert house.checklists.view(INC, RB) is None
    house.core.service.inform = house.checklists.inform
    handled = house.take(1)
    assert [type(one) for one in handled.events] == [ChecklistStarted, StepTaken]
    assert house.view().marks[2].by == SAM.id


def test_other_runbooks_are_those_that_fit_and_those_that_are_searched(
    house: House,
) -> None:
    house.take(1)
    fits = house.checklists.others(INC)
    assert fits[0].runbook == RB
    assert fits[0].started
    assert fits[0].why
    found = house.checklists.search(INC, "leaked access key llmjacking")
    assert found[0].runbook == "RB-01"
    assert not found[0].started


def test_an_incident_that_is_held_back_in_a_storm_is_shown_once_it_is_followed(
    house: House,
) -> None:
    now = house.core.clock.now()
    many = [an_alert(f"p{n}", alert_id=f"al_{n:06d}", at=now) for n in range(20)]
    house.core.take_all(many)
    assert "card/INC-0020" not in house.core.outbox()
    house.core.ask("INC-0020", StartChecklist(by=OLU, runbook=RB))
    assert {"card/INC-0020", f"checklist/INC-0020/{RB}"} <= house.core.outbox().keys()


def _stands(row: Sending, tx: Transaction) -> None:
    tx.outbox.sent(row.key, rev=row.rev, ts="1.1")


def _runbook() -> Runbook:
    return next(one for one in rulings().runbooks if one.id == RB)


def _shortened(runbook: Runbook) -> Runbook:
    return replace(runbook, version=runbook.version + 1, steps=runbook.steps[:2])
