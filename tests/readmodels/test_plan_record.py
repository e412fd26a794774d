"""What a plan's stream says to who reads afterwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.action_effects import (
    ActionApplied,
    ActionClaimed,
    ActionVerified,
    Outcome,
    StepBegan,
    StepEnded,
)
from bot.domain.action_events import (
    ActionApproved,
    ActionCancelled,
    ActionCleared,
    ActionDenied,
    ActionDrafted,
    ActionEvent,
    ActionPublished,
    ActionRefused,
)
from bot.domain.action_plan import plan_text
from bot.domain.action_table import Stage
from bot.domain.codec import encode
from bot.domain.untrusted import Untrusted
from bot.ports import Entry
from bot.readmodels.plan_record import PlanRecord, record
from tests.slack.plan_states import PLAN
from tests.spec import NOON

DIGEST = PLAN.digest()


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def entries(events: Sequence[ActionEvent], **words: Any) -> list[Entry]:
    """Return events as the log has them, from entry 10 on."""
    made = []
    for n, event in enumerate(events):
        kind, body, texts = encode(event)
        made.append(
            Entry(
                seq=10 + n,
                stream=f"action/{PLAN.id}",
                version=n + 1,
                kind=kind,
                at=event.at,
                actor="tocsin",
                body=body,
                words={**texts, **words},
                leaf=b"",
            )
        )
    return made


DRAFTED = ActionDrafted(
    text=plan_text(PLAN),
    digest=DIGEST,
    team="T0TEAM",
    author="",
    human_initiated=True,
    replaces="",
    at=at(0),
    reason=Untrusted(PLAN.reason),
)
PUBLISHED = ActionPublished(approve_by=at(900), at=at(1))
AGREED = ActionApproved(
    by="U0SECOND",
    digest=DIGEST,
    commander=True,
    policy_hash="f" * 64,
    at=at(3),
    reason=Untrusted("seen"),
)
CLEARED = ActionCleared(approvers=("U0SECOND",), apply_by=at(600), at=at(3))
CLAIMED = ActionClaimed(
    worker="w", fence=1, lease_until=at(60), evidence="e" * 64, at=at(4)
)
BEGAN = StepBegan(step="s1", key="k", fence=1, lease_until=at(60), at=at(5))
ENDED = StepEnded(
    step="s1",
    outcome=Outcome.OK,
    request_id="req-1",
    lease_until=at(60),
    at=at(6),
    says=Untrusted("done"),
)
RAN = (CLEARED, CLAIMED, BEGAN, ENDED, ActionApplied(at=at(6)))


def told(*events: ActionEvent) -> PlanRecord:
    made = record(entries((DRAFTED, PUBLISHED, *events)))
    assert made is not None
    return made


def test_an_empty_stream_is_no_plan() -> None:
    assert record([]) is None


def test_a_plan_that_waits_says_until_when() -> None:
    made = told()
    assert (made.stage, made.approve_by, made.digest) == (
        Stage.PENDING,
        at(900),
        DIGEST,
    )
    assert (made.answers, made.calls, made.looks, made.evidence) == ((), (), (), "")


def test_who_was_refused_and_who_agreed_stand_in_the_order_of_the_log() -> None:
    refused = ActionRefused(
        command="approve", code="refused.self_approval", by="U0ONCALL", at=at(2)
    )
    made = told(refused, AGREED)
    assert [(one.by, one.said, one.seq) for one in made.answers] == [
        ("U0ONCALL", "was refused: approve (self approval)", 12),
        ("U0SECOND", "agreed, as commander", 13),
    ]
    assert made.answers[1].words == Untrusted("seen")


def test_a_no_and_a_taken_back_plan_say_why() -> None:
    denied = ActionDenied(by="U0SECOND", at=at(2), reason=Untrusted("not now"))
    assert [(one.said, one.words) for one in told(denied).answers] == [
        ("rejected it", Untrusted("not now"))
    ]
    back = ActionCancelled(because="requester", by="U0ONCALL", at=at(2))
    assert [one.said for one in told(back).answers] == ["took it back"]
    stop = ActionCancelled(because="stop_all", by="U0SECOND", at=at(2))
    assert [one.said for one in told(stop).answers] == ["stopped everything"]


def test_what_ran_has_its_outcome_and_the_other_side_s_id() -> None:
    made = told(AGREED, *RAN)
    (call,) = made.calls
    assert (call.step, call.outcome, call.request_id) == ("s1", "ok", "req-1")
    assert (call.began_at, call.ended_at) == (at(5), at(6))
    assert made.evidence == "e" * 64


def test_a_call_without_an_answer_is_on_its_way() -> None:
    (call,) = told(AGREED, CLEARED, CLAIMED, BEGAN).calls
    assert (call.outcome, call.ended_at) == ("on its way", None)


def test_verifying_says_what_was_seen() -> None:
    seen = ActionVerified(at=at(7), says=Untrusted("Inactive"))
    made = told(AGREED, *RAN, seen)
    assert made.stage is Stage.VERIFIED
    assert [(one.verdict, one.says) for one in made.looks] == [
        ("as promised", Untrusted("Inactive"))
    ]


def test_erased_words_leave_the_facts_and_the_digest() -> None:
    made = record(entries((DRAFTED, PUBLISHED, AGREED), reason=None))
    assert made is not None
    assert made.reason is None
    assert made.answers[0].words is None
    assert made.digest == DIGEST
