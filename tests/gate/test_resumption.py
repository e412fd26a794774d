"""What a press tries that an approval does not cover.

Cases of our own in the manner of the public resumption vectors for agents: each names
what was attempted, and says where the plan stands then, how often the world was
changed, and in which words the attempt was refused.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from bot.domain.action_events import ActionDrafted
from bot.domain.codec import encode
from bot.domain.errors import (
    BadRequest,
    NotAllowed,
    OutOfTurn,
    PlanChanged,
    Refusal,
    TooLate,
)
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.ports import NewEntry
from tests.gate.attempts import BURN, ON, Case, told
from tests.gate.stage import TEAM

OTHER_DIGEST = "0" * 64

# --- digests and nonces ---


def test_digest_mismatch(case: Case) -> None:
    view = case.ask()
    because = told(lambda: case.stage.approve(view, digest=OTHER_DIGEST), PlanChanged)
    assert because == "the plan is not the one that was shown"
    case.ends(view, "pending", effects=0)


@pytest.mark.parametrize("digest", ["", "\ud800" * 64, "\uff10" * 64, "0", "x" * 65])
def test_malformed_digest(case: Case, digest: str) -> None:
    view = case.ask()
    because = told(lambda: case.stage.approve(view, digest=digest), PlanChanged)
    assert because == "the plan is not the one that was shown"
    case.ends(view, "pending", effects=0)


def test_digest_in_capitals(case: Case) -> None:
    view = case.ask()
    capitals = view.digest.upper()
    told(lambda: case.stage.approve(view, digest=capitals), PlanChanged)
    case.ends(view, "pending", effects=0)


def test_nonce_mismatch_the_same_wish_twice(case: Case) -> None:
    first, second = case.ask(), case.ask()
    assert first.digest != second.digest
    told(lambda: case.stage.approve(second, digest=first.digest), PlanChanged)
    case.ends(second, "pending", effects=0)


def test_approval_with_another_plans_token(case: Case) -> None:
    first, second = case.ask(), case.ask()
    _, _, mac = case.stage.gate.token(first.plan.id).partition(".")
    assert case.stage.gate.opened(f"{second.plan.id}.{mac}") == ""
    because = told(
        lambda: case.stage.approve(second, click=case.stage.click(mac_ok=False)),
        PlanChanged,
    )
    assert because == "the button was not made for this plan"
    case.ends(second, "pending", effects=0)


def test_replayed_press_of_an_older_card(case: Case) -> None:
    view = case.ask()
    case.stage.gate.shown(view.plan.id, "2.2")
    because = told(lambda: case.stage.approve(view), NotAllowed)
    assert because == "it was not pressed on the plan's own card"
    case.ends(view, "pending", effects=0)
    case.stage.approve(view, click=case.stage.click(message="2.2"))
    case.run()
    case.ends(view, "verified", effects=1)


# --- edits ---


def test_superseded_original(case: Case) -> None:
    view = case.ask()
    case.edit(view, switch=case.new_switch())
    because = told(lambda: case.stage.approve(view), OutOfTurn)
    assert "<@U0ONCALL> replaced it by another plan" in because
    case.ends(view, "superseded", effects=0)


def test_old_approval_on_a_child_plan(case: Case) -> None:
    view = case.ask()
    child = case.edit(view, switch=case.new_switch())
    told(lambda: case.stage.approve(child, digest=view.digest), PlanChanged)
    case.ends(child, "pending", effects=0)


def test_one_of_two_approvals_does_not_move_to_the_child(case: Case) -> None:
    view = case.ask(BURN)
    case.stage.approve(view, "U0SECOND")
    child = case.edit(view, switch=case.new_switch())
    assert child.agreed == ()
    case.stage.approve(child, "U0LEAD")
    case.ends(child, "pending", effects=0)


def test_edit_into_another_action(case: Case) -> None:
    view = case.ask()
    because = told(lambda: case.edit(view, action=ON, switch=case.switch), BadRequest)
    assert because == "there is no 'action'"
    case.ends(view, "pending", effects=0)


def test_edit_after_the_approval(case: Case) -> None:
    view, other = case.approved(), case.new_switch()
    told(lambda: case.edit(view, switch=other), OutOfTurn)
    case.run()
    case.ends(view, "verified", effects=1)
    assert case.off.turned[other] == 0


def _stored(case: Case, view: PlanView, text: str) -> PlanView:
    """Slip a plan into the log whose text is another than its digest says."""
    plan = replace(view.plan, id=f"{view.plan.id}f")
    forged = ActionDrafted(
        text=text.replace(view.plan.id, plan.id),
        digest=plan.digest(),
        team=TEAM,
        author="",
        human_initiated=True,
        replaces="",
        at=case.stage.clock.now(),
        reason=Untrusted(plan.reason),
        salt=Untrusted(plan.salt),
    )
    kind, body, words = encode(forged)
    entry = NewEntry(kind=kind, at=forged.at, actor="x", body=body, words=words)
    published = case.stage.core.store.read(
        lambda tx: tx.log.load(f"action/{view.plan.id}")
    )[1]
    second = NewEntry(
        kind=published.kind, at=forged.at, actor="x", body=published.body, words={}
    )
    case.stage.core.store.write(
        lambda tx: tx.log.append(
            f"action/{plan.id}", expected_version=0, entries=[entry, second]
        )
    ).result()
    made = replace(view, plan=plan, digest=forged.digest)
    case.stage.shown(made)
    return made


def _text(case: Case, view: PlanView) -> str:
    return case.stage.executor.journal.state(view.plan.id).text


def test_args_mutated_after_the_ask(case: Case) -> None:
    view = case.ask()
    text = _text(case, view).replace(f'"{case.switch}"', f'"{case.new_switch()}"')
    made = _stored(case, view, text)
    typed = case.stage.executor.journal.state(made.plan.id).plan.draft.target
    because = told(lambda: case.stage.approve(made, typed=typed), PlanChanged)
    assert because == "what is stored no longer makes the digest that was shown"
    case.ends(made, "pending", effects=0)


def test_duplicate_key_in_the_stored_plan(case: Case) -> None:
    view, other = case.ask(), case.new_switch()
    text = _text(case, view).replace(
        f'"target":"{case.switch}"', f'"target":"{case.switch}","target":"{other}"'
    )
    made = _stored(case, view, text)
    because = told(lambda: case.stage.approve(made), PlanChanged)
    assert because == "what is stored no longer makes the digest that was shown"
    assert case.off.turned[other] == 0


# --- pressed twice, and too late ---


def test_terminal_no_effect(case: Case) -> None:
    view = case.approved()
    case.run()
    because = told(lambda: case.stage.approve(view, "U0LEAD"), OutOfTurn)
    assert because.startswith("it ran and was verified at ")
    case.ends(view, "verified", effects=1)


def test_duplicate_resume(case: Case) -> None:
    view = case.approved()
    because = told(lambda: case.stage.approve(view), OutOfTurn)
    assert because.startswith("it was approved by <@U0SECOND> at ")
    for worker in ("w1", "w1", "w2"):
        case.run(worker)
    case.ends(view, "verified", effects=1)


def test_one_person_twice_is_no_quorum(case: Case) -> None:
    view = case.ask(BURN)
    case.stage.approve(view)
    case.stage.approve(view)
    case.ends(view, "pending", effects=0)


def test_approval_after_deny(case: Case) -> None:
    view = case.ask()
    case.deny(view)
    because = told(lambda: case.stage.approve(view, "U0LEAD"), OutOfTurn)
    assert because.startswith("<@U0SECOND> rejected it at ")
    case.ends(view, "denied", effects=0)


def test_deny_after_the_approval_takes_it_back(case: Case) -> None:
    view = case.approved()
    case.deny(view)
    case.ends(view, "cancelled", effects=0)


def test_approve_and_deny_racing(case: Case) -> None:
    view, start = case.ask(), threading.Barrier(2)

    def press(how: Callable[[PlanView], object]) -> None:
        start.wait()
        with suppress(Refusal):
            how(view)

    presses = (lambda v: case.stage.approve(v, "U0LEAD"), case.deny)
    threads = [threading.Thread(target=press, args=(how,)) for how in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A no wins either way: before the yes it ends the plan, after it takes it back.
    assert case.stage.stage(view) in ("denied", "cancelled")
    case.ends(view, case.stage.stage(view), effects=0)


def test_expired_approve_window(case: Case) -> None:
    view = case.ask()
    case.stage.wait(minutes=15)
    because = told(lambda: case.stage.approve(view), TooLate)
    assert because.startswith("the time to approve ended at ")
    assert case.effects(view) == 0


def test_expired_apply_window(case: Case) -> None:
    view = case.approved()
    case.stage.wait(minutes=5)
    case.run()
    case.ends(view, "expired", effects=0)


def test_clock_back(case: Case) -> None:
    view = case.ask()
    case.stage.wait(seconds=-10)
    try:
        because = told(lambda: case.stage.approve(view), OutOfTurn)
        assert because == "the clock went back by 10 seconds"
        assert case.effects(view) == 0
    finally:
        case.stage.wait(seconds=10)
