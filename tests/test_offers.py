"""Which runbook stands in an incident, once people said what they think of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.commands import (
    FinishStep,
    JudgeSuggestion,
    JudgeText,
    Person,
    Resolve,
)
from bot.domain.judging_events import Verdict, Vote
from bot.domain.runbook_history import Mode
from bot.domain.untrusted import Untrusted
from bot.forgetting import Forgetting
from bot.offers import Offers
from bot.readmodels import learned
from tests.core import Core, rulings
from tests.spec import DANA, OLU, SAM, an_alert

TITLE = "Prompt injection: guardrail let 3 documents through, tool send_email ran"
FIRST, SECOND = "RB-02", "RB-06"


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path)
    yield made
    made.close()


def injected(core: Core, n: int = 1) -> str:
    """Have an incident opened; return its id."""
    alert = an_alert(
        f"p{n}",
        alert_id=f"al_{n}",
        category="prompt_injection",
        title=TITLE,
        system=f"s{n}",
    )
    return core.take(alert).removeprefix("opened ")


def judge(
    core: Core, incident: str, verdict: Verdict, runbook: str, by: Person = OLU
) -> None:
    reason = Untrusted("no")
    command = JudgeSuggestion(
        by=by,
        runbook=runbook,
        step=1,
        verdict=verdict,
        reason=reason,
    )
    assert core.ask(incident, command).refusal is None


def stands(core: Core, incident: str) -> str:
    view = core.service.view(incident)
    assert view is not None
    return view.next_step.runbook if view.next_step else ""


def test_a_rejected_runbook_gives_way_and_comes_back(core: Core) -> None:
    incident = injected(core)
    assert stands(core, incident) == FIRST
    judge(core, incident, Verdict.REJECTED, FIRST)
    assert stands(core, incident) == SECOND
    judge(core, incident, Verdict.REJECTED, SECOND)
    assert stands(core, incident) == ""
    judge(core, incident, Verdict.OFFERED_AGAIN, FIRST, SAM)
    assert stands(core, incident) == FIRST


def test_none_fits_leaves_nothing_to_take(core: Core) -> None:
    incident = injected(core)
    judge(core, incident, Verdict.NONE_FITS, FIRST)
    assert stands(core, incident) == ""
    judge(core, incident, Verdict.OFFERED_AGAIN, SECOND)
    assert stands(core, incident) == SECOND


def test_what_people_said_changes_the_order_of_the_next_incident(core: Core) -> None:
    worked = injected(core, 1)
    judge(core, worked, Verdict.WRONG, FIRST)
    core.ask(worked, FinishStep(by=OLU, runbook=SECOND, step=1))
    core.ask(worked, Resolve(by=OLU))
    incident = injected(core, 2)
    assert stands(core, incident) == SECOND
    view = core.service.view(incident)
    assert view is not None
    assert view.next_step is not None
    assert view.next_step.why.startswith("worked in 1 of 1 prompt_injection incident")


def test_a_forgotten_runbook_starts_anew(core: Core) -> None:
    for n, by in enumerate((OLU, SAM, DANA), 1):
        judge(core, injected(core, n), Verdict.WRONG, FIRST, by)
    assert stands(core, injected(core, 8)) == SECOND
    forgetting = Forgetting(
        store=core.store, clock=core.clock, redactor=rulings().redactor
    )
    forgetting.forget(FIRST.lower(), "it was written anew", "admin")
    assert stands(core, injected(core, 9)) == FIRST


@pytest.mark.parametrize(("mode", "first"), [("rank", SECOND), ("off", FIRST)])
def test_the_switch_decides_whether_history_ranks(
    core: Core, mode: Mode, first: str
) -> None:
    judge(core, injected(core), Verdict.WRONG, FIRST)
    shelf = {one.id: one for one in rulings().runbooks}
    offers = Offers(runbooks=shelf, mode=mode)
    alert = an_alert("p9", category="prompt_injection", title=TITLE)
    category = "prompt_injection"
    kept = core.store.write(
        lambda tx: offers.keep(
            tx, "INC-0009", rulings().advise(alert), category=category
        )
    ).result()
    assert kept[0][0].runbook_id == first
    assert kept[0][1] == shelf[first].digest


def test_what_was_considered_names_edition_tags_and_verdict(core: Core) -> None:
    incident = injected(core)
    judge(core, incident, Verdict.WRONG, FIRST)
    offers = core.placing.offers
    found = core.store.read(lambda tx: offers.considered(tx, incident))
    assert found is not None
    first, second = found.options[:2]
    assert (first.runbook, second.runbook) == (FIRST, SECOND)
    assert first.rejection is not None
    assert (first.rejection.verdict, first.rejection.by) == (Verdict.WRONG, OLU.id)
    assert len(first.digest) == 16
    assert first.atlas
    assert first.owasp
    assert "called wrong in 1" in first.history
    assert core.store.read(lambda tx: offers.considered(tx, "INC-0999")) is None


def test_a_drill_teaches_nothing(core: Core) -> None:
    alert = an_alert("p1", category="prompt_injection", title=TITLE)
    incident = core.take(alert, drill="dr_1").removeprefix("opened ")
    judge(core, incident, Verdict.WRONG, FIRST)
    assert stands(core, incident) == SECOND
    found = core.store.read(learned.feedback)
    assert (found.runbooks, found.counts.incidents) == ((), 0)


def test_a_text_that_nobody_wrote_is_refused_on_record(core: Core) -> None:
    incident = injected(core)
    forged = JudgeText(by=OLU, kind="summary", which="7", vote=Vote.UP)
    handled = core.ask(incident, forged)
    assert handled.refusal is not None
    assert core.kinds(incident)[-1] == "command_refused"
