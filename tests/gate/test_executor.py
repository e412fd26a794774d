"""How the executor runs an approved plan: claim, write ahead, call once, write down."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action_commands import BeginStep, Cancel, Claim, EndStep, Recover
from bot.domain.action_effects import Outcome
from bot.domain.errors import Unreachable
from bot.domain.plan import Level, Probe
from bot.domain.untrusted import Untrusted
from bot.ports.action import Effect
from tests.domain.action_spec import facts
from tests.gate.executing import Bench
from tests.spec import NOON, OLU

DARK = Unreachable("Nothing was read", because="the door is shut", next_move="Wait.")


def take_back(bench: Bench, plan: str) -> None:
    bench.journal.write(plan, Cancel(by=OLU.id), facts(OLU))


# --- one plan from the claim to the look ---


def test_an_approved_plan_is_claimed_run_and_looked_at() -> None:
    bench = Bench()
    bench.approved()
    assert bench.executor.step() == 1
    assert (bench.stage(), bench.world.turned) == ("verified", 1)
    assert bench.executor.step() == 0
    assert bench.world.turned == 1


def test_a_session_is_made_for_the_plan_and_those_who_agreed() -> None:
    bench = Bench()
    bench.approved()
    bench.executor.step()
    assert bench.minted == [("pl_1", bench.action, ("U0SECOND",))]
    key = hashlib.sha256(b"pl_1/s1").hexdigest()
    effect = Effect(session="session of pl_1", idempotency_key=key)
    assert bench.action.effects == [("s1", effect)]


def test_the_world_is_only_ever_read_with_what_can_only_read() -> None:
    bench = Bench()
    bench.approved()
    bench.executor.step()
    looks = ("probe", "snapshot", "verify")
    assert bench.action.readers == [(look, bench.reader) for look in looks]


def test_whether_it_worked_is_looked_at_before_the_next_one_begins() -> None:
    bench = Bench()
    for plan, switch in (("pl_1", "s1"), ("pl_2", "s2")):
        bench.approved(plan, switch)
    assert bench.executor.step() == 2
    looks = ["probe", "snapshot", "verify"]
    assert [look for look, _ in bench.action.readers] == looks * 2


def test_what_the_call_answered_is_written_down() -> None:
    bench = Bench()
    bench.approved()
    bench.executor.step()
    (ended,) = bench.ended()
    assert (ended.step, ended.outcome, ended.request_id, ended.says) == (
        *("s1", Outcome.OK, "req-s1"),
        Untrusted("turned"),
    )


def test_the_evidence_is_saved_before_the_claim_which_names_it() -> None:
    bench = Bench()
    bench.action.evidence = {"b": 1, "a": NOON - timedelta(days=1), "c": {1}}
    bench.approved()
    bench.executor.step()
    raw = b'{"a":"2026-11-19T12:00:00+00:00","b":1,"c":"{1}"}'
    assert bench.saved == {"pl_1": raw}
    digest = hashlib.sha256(raw).hexdigest()
    assert bench.asked(Claim) == [Claim(worker="w1", evidence=digest)]


def test_of_a_small_plan_nothing_is_saved() -> None:
    bench = Bench()
    bench.approved(level=Level.T3)
    bench.executor.step()
    assert (bench.stage(), bench.saved) == ("verified", {})
    assert bench.asked(Claim) == [Claim(worker="w1", evidence="")]


# --- before anything began ---


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (None, (Probe(id="switch", value="True"),)),
        (DARK, None),
    ],
)
def test_a_claim_is_told_what_is_seen_of_the_world_or_that_nothing_is(
    broken: Exception | None, told: object
) -> None:
    bench = Bench()
    bench.approved()
    if broken is not None:
        bench.action.breaks["probe"] = broken
    bench.executor.step()
    assert bench.journal.probed == [told]
    assert bench.stage() == ("approved" if broken else "verified")


def test_what_cannot_start_yet_is_tried_again_and_its_code_is_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    bench.approved()
    bench.journal.proven = False
    assert bench.executor.step() == 0
    assert (bench.stage(), bench.world.turned) == ("approved", 0)
    assert caplog.messages == ["plan pl_1: refused.out_of_turn"]
    bench.journal.proven = True
    assert bench.executor.step() == 1
    assert bench.stage() == "verified"


def test_without_a_session_nothing_has_begun() -> None:
    bench = Bench()
    bench.approved()
    good = bench._minted

    def bad(*_: Any) -> str:
        raise DARK

    bench.executor = replace(bench.executor, mint=bad)
    assert bench.executor.step() == 0
    assert (bench.stage(), bench.journal.asked, bench.saved) == ("approved", [], {})
    bench.executor = replace(bench.executor, mint=good)
    assert bench.executor.step() == 1


def test_a_plan_that_breaks_does_not_hold_up_the_next(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    for plan, switch in (("pl_1", "s1"), ("pl_2", "s2")):
        bench.approved(plan, switch)
    del bench.world.on["s1"]  # whoever looks at it breaks
    assert bench.executor.step() == 1
    assert [bench.stage(one) for one in ("pl_1", "pl_2")] == ["approved", "verified"]
    assert caplog.messages == ["plan pl_1: the executor broke"]


@pytest.mark.parametrize("lost", ["pl_1", "pl_2"])
def test_a_plan_that_was_taken_back_meanwhile_does_not_run_and_nothing_is_wrong(
    caplog: pytest.LogCaptureFixture, lost: str
) -> None:
    """While its own world was read, or while the one before it ran."""
    bench = Bench()
    for plan, switch in (("pl_1", "s1"), ("pl_2", "s2")):
        bench.approved(plan, switch)
    mint = bench._minted

    def takes_back(*given: Any) -> str:
        if bench.stage(lost) == "approved":
            take_back(bench, lost)
        return mint(*given)

    bench.executor = replace(bench.executor, mint=takes_back)
    bench.executor.step()
    (other,) = {"pl_1", "pl_2"} - {lost}
    assert (bench.stage(lost), bench.stage(other)) == ("cancelled", "verified")
    assert [plan for plan, _, _ in bench.minted][1:] == ["pl_2"] * (lost == "pl_1")
    assert bench.world.on[bench.journal.state(lost).plan.draft.target] is True
    assert caplog.messages == []


# --- steps ---


def test_each_step_is_written_ahead_and_made_once_in_order() -> None:
    bench = Bench(steps=3)
    bench.approved()
    bench.executor.step()
    asked = [type(one).__name__ for one in bench.journal.asked]
    assert asked == ["Claim", *("BeginStep", "EndStep") * 3, "Verify"]
    assert [step for step, _ in bench.action.effects] == ["s1", "s2", "s3"]
    assert [(one.worker, one.fence) for one in bench.asked(BeginStep)] == [
        ("w1", 1)
    ] * 3
    assert bench.stage() == "verified"


def test_before_every_step_but_the_first_the_world_must_rest() -> None:
    bench = Bench(steps=3)
    bench.approved()
    bench.executor.step()
    session = "session of pl_1"
    assert bench.action.rested == [("s2", session), ("s3", session)]


@pytest.mark.parametrize(
    ("answer", "stage"),
    [(Outcome.FAILED, "failed"), (Outcome.UNKNOWN, "indeterminate")],
)
def test_after_a_step_that_did_not_succeed_for_sure_no_other_is_made(
    answer: Outcome, stage: str, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(steps=2)
    bench.world.answer = answer
    bench.approved()
    assert bench.executor.step() == 1
    assert (bench.stage(), bench.world.turned) == (stage, 1)
    # Nothing waits for the world to rest, and nobody looks whether it worked.
    assert bench.action.rested == []
    assert "verify" not in dict(bench.action.readers)
    assert caplog.messages == []


def test_a_stop_ends_it_between_the_steps_without_another_look_at_the_world(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(steps=2)
    bench.approved()
    bench.action.during["s1"] = lambda: setattr(bench.journal, "stopped", True)
    bench.executor.step()
    assert (bench.stage(), bench.world.turned) == ("failed", 1)
    assert bench.action.rested == []
    assert bench.asked(EndStep)[1:] == []
    assert caplog.messages == []


def test_a_worker_that_stood_still_after_it_wrote_ahead_does_not_call() -> None:
    bench = Bench()
    bench.approved()
    bench.journal.after[BeginStep] = lambda: bench.clock.go_on(60)
    bench.executor.step()
    assert (bench.stage(), bench.world.turned) == ("failed", 0)
    (ended,) = bench.ended()
    assert ended.says == Untrusted(
        "It was not called: it was stopped, or the worker stood still for too long."
    )


def test_a_worker_that_was_given_up_meanwhile_neither_calls_nor_writes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    bench.approved()
    gone = facts(worker_gone=True)
    bench.journal.after[BeginStep] = lambda: bench.journal.write(
        "pl_1", Recover(), gone
    )
    assert bench.executor.step() == 0
    assert (bench.stage(), bench.world.turned) == ("indeterminate", 0)
    assert bench.ended() == []
    assert caplog.messages == ["plan pl_1: refused.out_of_turn"]
