"""On what a claim rests, and what the journal writes and draws of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action_commands import (
    ActionCommand,
    BeginStep,
    Claim,
    EndStep,
    Expire,
    Measure,
    Verify,
)
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.action_facts import PolicyAnswer, Standing
from bot.domain.action_table import Stage
from bot.domain.commands import Person
from bot.domain.errors import NotAllowed, OutOfTurn, Refusal
from bot.domain.plan import Afterwards, Level, Plan
from bot.domain.untrusted import Untrusted
from bot.gate import switch
from bot.gate.policy_question import Verb
from tests.domain.action_spec import CHANNEL, EVIDENCE
from tests.gate.journaling import OFF, ONE_AN_HOUR, Journalled, freeze, use_up
from tests.spec import DANA, NOON, OLU, SAM

CLAIM = Claim(worker="w1", evidence=EVIDENCE)
BEGIN = BeginStep(worker="w1", fence=1, step="s1")
END = EndStep(worker="w1", fence=1, step="s1", outcome=Outcome.OK)
VERIFY = Verify(fence=1, verdict=Verdict.PASS)


@pytest.fixture
def bench() -> Iterator[Journalled]:
    made = Journalled(limits=ONE_AN_HOUR)
    yield made
    made.store.close()


def claim(bench: Journalled, plan: Plan) -> Any:
    """Claim a plan; return the facts on which that was decided."""
    bench.journal.write(plan.id, CLAIM, bench.claim_facts(plan))
    return bench.book.known[Claim]


def turn(bench: Journalled, *, stop: bool) -> None:
    bench.write(lambda tx: switch.turn(tx, stop=stop, by="U0LEAD", at=NOON))


def standing(who: Person, verb: str, **groups: Any) -> Standing:
    found = PolicyAnswer(allowed=True, hash="p1", verb=verb)
    names = frozenset(groups.get("groups", {"oncall", "approvers"}))
    return Standing(person=who, groups=names, in_channel=True, policy=found)


# --- on what a claim rests ---


def test_a_claim_rests_on_what_everything_is_right_now(bench: Journalled) -> None:
    bench.commanded(DANA)
    plan = bench.approved()
    known = claim(bench, plan)
    assert known.approvers == (standing(SAM, "approve"),)
    assert known.runner == standing(OLU, "run")
    assert known.probes == plan.draft.preconditions
    assert (known.commander, known.level, known.groups) == (DANA.id, Level.T2, ())
    assert (known.catalogued, known.proven, known.within_limits) == (True,) * 3
    assert (known.drill, known.stopped, known.frozen) == (False,) * 3
    assert (known.overdue_reviews, known.read_at) == (0, NOON)


def test_whoever_broke_the_glass_is_asked_about_that(bench: Journalled) -> None:
    known = claim(bench, bench.glass_broken())
    assert known.approvers == (standing(OLU, "break_glass"),)
    # They asked for it as well: Slack is asked once.
    assert bench.asked == [(OLU.id, CHANNEL)]


def test_slack_is_asked_about_who_agreed_and_who_asked_but_not_about_the_bot(
    bench: Journalled,
) -> None:
    bench.claim_facts(bench.approved())
    assert bench.asked == [(SAM.id, CHANNEL), (OLU.id, CHANNEL)]
    bench.asked.clear()
    plan = bench.pending("pl_2")
    bench.journal.claim_facts(
        replace(plan, requester="tocsin"),
        replace(bench.journal.state("pl_1")),
        plan.draft.preconditions,
    )
    assert bench.asked == [(SAM.id, CHANNEL)]


def test_the_facts_are_as_old_as_what_was_read_first(bench: Journalled) -> None:
    plan = bench.approved()
    two = replace(bench.journal.state("pl_1"), cleared_by=(SAM.id, DANA.id))
    bench.ago_s = {SAM.id: 1, DANA.id: 2}
    known = bench.journal.claim_facts(plan, two, None)
    assert (known.read_at, known.probes) == (NOON - timedelta(seconds=2), None)


@pytest.mark.parametrize(
    ("forbidden", "runner"),
    [((), OLU), ((OLU,), SAM), ((SAM,), OLU), ((OLU, SAM), None)],
)
def test_it_runs_for_whoever_asked_or_agreed_and_is_let(
    bench: Journalled, forbidden: tuple[Person, ...], runner: Person | None
) -> None:
    bench.forbids.update((one.id, Verb.RUN) for one in forbidden)
    plan = bench.approved()
    if runner is not None:
        assert claim(bench, plan).runner.person == runner
        return
    with pytest.raises(NotAllowed, match="it is closed"):
        claim(bench, plan)
    no = bench.events()[-1]
    assert (no.body["command"], no.body["code"], no.actor) == (
        *("claim", "refused.not_allowed"),
        "tocsin",
    )
    assert (no.body["ruling"]["verb"], no.body["ruling"]["by"]) == ("run", SAM.id)


def test_an_action_of_another_version_is_another_action(bench: Journalled) -> None:
    plan = bench.approved()
    manifest = bench.action.MANIFEST
    bench.action.MANIFEST = replace(manifest, version=2)
    with pytest.raises(Refusal):
        claim(bench, plan)
    known = bench.book.known[Claim]
    assert (known.catalogued, known.level) == (False, None)


def test_an_action_that_is_gone_does_not_start(bench: Journalled) -> None:
    plan = bench.approved()
    del bench.journal.catalogue[OFF]  # type: ignore[attr-defined]
    with pytest.raises(Refusal):
        claim(bench, plan)
    known = bench.book.known[Claim]
    assert (known.catalogued, known.level) == (False, None)


def test_an_approval_that_no_signed_note_proves_does_not_start(
    bench: Journalled,
) -> None:
    plan = bench.approved()
    bench.sign("forged")
    with pytest.raises(OutOfTurn, match="not in a signed checkpoint"):
        claim(bench, plan)
    assert bench.book.known[Claim].proven is False


# --- stops ---


@pytest.mark.parametrize(("before", "after"), [(True, False), (False, True)])
def test_a_stop_that_was_read_or_came_since_stops_all_the_same(
    bench: Journalled, *, before: bool, after: bool
) -> None:
    plan = bench.approved()
    claim(bench, plan)
    assert bench.journal.facts().stopped is False
    turn(bench, stop=before)
    facts = bench.journal.facts()
    assert (facts.stopped, facts.frozen, facts.read_at) == (before, False, NOON)
    turn(bench, stop=after)
    assert bench.journal.write("pl_1", BEGIN, facts).stage is Stage.FAILED


def test_a_stop_since_the_claim_was_prepared_cancels_it(bench: Journalled) -> None:
    plan = bench.approved()
    facts = bench.claim_facts(plan)
    turn(bench, stop=True)
    assert bench.journal.write("pl_1", CLAIM, facts).stage is Stage.CANCELLED


# --- what is written and drawn ---


def test_each_step_of_a_plan_is_written_by_the_bot_and_drawn(bench: Journalled) -> None:
    plan = bench.approved()
    assert bench.journal.in_stage(Stage.APPROVED) == ("pl_1",)
    for command, stage in (
        (CLAIM, "applying"),
        (BEGIN, "applying"),
        (END, "applied"),
        (VERIFY, "verified"),
    ):
        facts = bench.claim_facts(plan) if command is CLAIM else bench.journal.facts()
        state = bench.journal.write("pl_1", command, facts)
        assert state == bench.journal.state("pl_1")
        assert (state.stage.value, bench.events()[-1].actor) == (stage, "tocsin")
        assert bench.card() == f"{stage}, token of pl_1"
    kept = bench.store.read(lambda tx: tx.tables.execute("SELECT begun FROM place"))
    assert [row["begun"] for row in kept] == [1]
    assert bench.journal.in_stage(Stage.APPROVED) == ()


@pytest.mark.parametrize(
    ("holds", "code", "drawn"),
    [
        (freeze, "refused.frozen", True),
        (use_up, "refused.too_many", True),
        (lambda bench: bench.sign("forged"), "refused.out_of_turn", False),
    ],
)
def test_a_claim_that_is_refused_is_on_record_and_drawn_where_something_holds_it(
    bench: Journalled, holds: Any, code: str, *, drawn: bool
) -> None:
    plan = bench.approved()
    holds(bench)
    with pytest.raises(Refusal) as caught:
        claim(bench, plan)
    assert caught.value.code == code
    assert [one.body["code"] for one in bench.events() if "code" in one.body] == [code]
    assert bench.card() == "approved, token of pl_1" * drawn


def test_a_figure_that_is_not_as_promised_is_told_once_it_is_measured(
    bench: Journalled,
) -> None:
    bench.action.world.afterwards = Afterwards(says="no clicks.", after_s=60)
    plan = bench.approved()
    claim(bench, plan)
    says = Untrusted("7 clicks")
    measure = Measure(fence=1, verdict=Verdict.FAIL, says=says)
    commands: tuple[ActionCommand, ...] = (BEGIN, END, VERIFY, measure)
    for command in commands:
        assert bench.card("measured") == ""
        bench.journal.write("pl_1", command, bench.journal.facts())
    assert bench.card("measured") == "7 clicks"
    bench.write(lambda tx: tx.tables.execute("DELETE FROM outbox"))
    bench.journal.write("pl_1", Expire(), bench.journal.facts())
    assert bench.card("measured") == ""
