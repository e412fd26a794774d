"""Incidents of our own with everything in them, and a core that is asked about them.

INC-0001  an injection that went through: acknowledged, noted, a step skipped, a
          plan that ran
INC-0002  a leaked key: a plan that waits for people
INC-0003  a cost spike of something unregistered, which nobody has touched
INC-0004  quality that fell after a change, over
INC-0005  lives in another channel
"""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path

from bot.answering import Answering, AnswerNeeds
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
    ActionCleared,
    ActionDrafted,
    ActionEvent,
    ActionPublished,
)
from bot.domain.action_plan import plan_text
from bot.domain.codec import encode
from bot.domain.commands import (
    Acknowledge,
    Assign,
    FinishStep,
    Note,
    Rerank,
    Resolve,
    TakeStep,
)
from bot.domain.envelope import Entity, EntityKind
from bot.domain.events import Role
from bot.domain.passage import Evidence
from bot.domain.plan import Plan
from bot.domain.registry import ApprovedChange, Registry, System
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.ports import NewEntry, Transaction
from bot.ports.model import Model
from bot.questions import Questions
from bot.slack.question_voice import SlackQuestionVoice
from bot.speaking import Speaking
from bot.viewing import Viewing
from tests.core import CHANNEL, Core, rulings
from tests.slack.plan_states import PLAN
from tests.spec import DANA, NOON, OLU, SAM, an_alert

PRIVATE = "C0PRIVATE"
SUPPORT = System(
    id="support-bot-v7",
    title="Support bot",
    owner="@support-platform",
    deputy="@ml-platform",
    risk_tier="high",
    entities=("support-gr",),
    region="eu-central-1",
    purpose="Answers customers' questions and may send e-mail.",
    rollback_plan="Switch the agent alias back to the version before.",
)
CLAIMS = System(
    id="claims-assistant",
    title="Claims assistant",
    owner="S0CLAIMS",
    risk_tier="medium",
    region="eu-west-1",
    data_classes=("health data",),
    changes=(
        ApprovedChange(
            ticket="CHG-1042",
            begins=datetime(2026, 11, 20, 11, 30, tzinfo=UTC),
            ends=datetime(2026, 11, 20, 12, 30, tzinfo=UTC),
        ),
    ),
)
REGISTRY = Registry((SUPPORT, CLAIMS))


class Stage:
    """A core with people who asked."""

    lease = timedelta(seconds=60)

    def __init__(self, folder: Path, *, model: Model | None = None) -> None:
        self.core = Core(folder)
        self.viewing = Viewing(
            clock=self.core.clock,
            registry=REGISTRY,
            category_titles=rulings().category_titles(),
        )
        speaking = Speaking(clock=self.core.clock, voice=SlackQuestionVoice())
        self.answering = Answering(
            AnswerNeeds(
                store=self.core.store,
                clock=self.core.clock,
                book=self.core.service.book,
                viewing=self.viewing,
                registry=REGISTRY,
                runbooks=rulings().runbooks,
                speaking=speaking,
                model=model,
            )
        )
        self.questions = Questions(
            store=self.core.store,
            clock=self.core.clock,
            book=self.core.service.book,
            redactor=lambda: rulings().redactor,
            kept=self.answering.wake,
            looking=speaking.looking,
            is_slow=model is not None,
        )

    def evidence(self, incident: str) -> Evidence:
        made = self.answering.evidence_of(incident)
        assert made is not None
        return made

    def open(
        self,
        key: str,
        title: str,
        *,
        category: str,
        severity: Severity = Severity.SEV2,
        system: str = "",
        channel: str = CHANNEL,
        texts: str = "",
        entities: tuple[Entity, ...] = (),
        source: str = "alertmanager",
        group: str = "",
    ) -> None:
        found = an_alert(
            key,
            alert_id=f"al_{key}",
            title=title,
            category=category,
            severity=severity,
            system=system,
            entities=entities,
            source=source,
            at=self.core.clock.now(),
            group=group or key,
        )
        more = {"description": Untrusted(texts)} if texts else {}
        alert = replace(found, envelope=replace(found.envelope, texts=more))
        placing = replace(self.core.placing, channel=channel)
        advise = partial(rulings().advise, alert)
        self.core.store.write(lambda tx: placing.take(tx, alert, advise)).result()

    def go_on(self, minutes: int) -> None:
        self.core.clock.go_on(timedelta(minutes=minutes).total_seconds())

    def plan(self, plan: Plan, *, ran: bool) -> None:
        at = self.core.clock.now()
        events: list[ActionEvent] = [
            ActionDrafted(
                text=plan_text(plan),
                digest=plan.digest(),
                team="T0TEAM",
                author="",
                human_initiated=True,
                replaces="",
                at=at,
                reason=Untrusted(plan.reason),
            ),
            ActionPublished(approve_by=at + timedelta(minutes=15), at=at),
        ]
        events += _run(plan, at) if ran else []

        def work(tx: Transaction) -> None:
            made = [_entry(one, at) for one in events]
            tx.log.append(f"action/{plan.id}", expected_version=0, entries=made)
            tx.tables.execute(
                "INSERT INTO plan (id, incident, action, stage, level, over, glass_at, "
                "review_due_at, parent) VALUES (?,?,?,'x','T2',0,'','','')",
                (plan.id, plan.incident, plan.draft.action),
            )

        self.core.store.write(work).result()

    def close(self) -> None:
        self.core.close()


def _run(plan: Plan, at: datetime) -> list[ActionEvent]:
    until = at + timedelta(minutes=5)
    return [
        ActionApproved(
            by="U0COMMANDER",
            digest=plan.digest(),
            commander=True,
            policy_hash="f" * 64,
            at=at,
            reason=None,
        ),
        ActionCleared(approvers=("U0COMMANDER",), apply_by=until, at=at),
        ActionClaimed(worker="w", fence=1, lease_until=until, evidence="e" * 64, at=at),
        StepBegan(step="s1", key="k", fence=1, lease_until=until, at=at),
        StepEnded(
            step="s1",
            outcome=Outcome.OK,
            request_id="r",
            lease_until=until,
            at=at,
            says=Untrusted("done"),
        ),
        ActionApplied(at=at),
        ActionVerified(at=at, says=Untrusted("The key is inactive.")),
    ]


def _entry(event: ActionEvent, at: datetime) -> NewEntry:
    kind, body, words = encode(event)
    return NewEntry(kind=kind, at=at, actor="tocsin", body=body, words=words)


@cache
def _as_played() -> tuple[Mapping[str, bytes], datetime]:
    """Return the files of a store in which they were played, and when that ended."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-played-"))
    try:
        stage = Stage(folder)
        four_incidents(stage)
        ended = stage.core.clock.now()
        stage.close()
        found = [one for one in folder.rglob("*") if one.is_file()]
        return {str(one.relative_to(folder)): one.read_bytes() for one in found}, ended
    finally:
        shutil.rmtree(folder)


def minutes_to(ended: datetime) -> int:
    """Return how many minutes after noon it ended, as clocks begin at noon."""
    return int((ended - NOON).total_seconds() // 60)


def played(folder: Path) -> datetime:
    """Put a store with all the incidents into a folder; return when it ended."""
    files, ended = _as_played()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(content)
    return ended


def four_incidents(stage: Stage) -> None:
    """Play them, from noon on."""
    _injection(stage)
    _leak(stage)
    _drift(stage)
    stage.open(
        "secret",
        "Merger memo Falcon was quoted by the board assistant",
        category="data_disclosure",
        channel=PRIVATE,
    )


def _injection(stage: Stage) -> None:
    ask = stage.core.ask
    stage.open(
        "injection",
        "Guardrail support-gr let 3 injected documents through",
        category="prompt_injection",
        system="support-bot-v7",
        texts="Tool send_email ran 12 times in 4 min, usual 0 to 1.\n"
        "Session s-77 came from the help centre widget.",
        entities=(Entity(EntityKind.GUARDRAIL, "support-gr"),),
        source="aws_bedrock",
    )
    stage.go_on(2)
    ask("INC-0001", Acknowledge(by=OLU))
    ask("INC-0001", Assign(by=DANA, role=Role.COMMANDER, to=DANA))
    stage.go_on(2)
    said = "Egress of the agent was cut at the proxy, ticket OPS-88"
    ask("INC-0001", Note(by=SAM, text=Untrusted(said)))
    ask("INC-0001", TakeStep(by=OLU, runbook="RB-06", step=1))
    ask("INC-0001", FinishStep(by=OLU, runbook="RB-06", step=1))
    no = Untrusted("the retrieval log is not kept for this tenant")
    ask("INC-0001", TakeStep(by=OLU, runbook="RB-06", step=2))
    ask(
        "INC-0001", FinishStep(by=OLU, runbook="RB-06", step=2, skipped=True, reason=no)
    )
    stage.go_on(3)
    worse = Untrusted("mail went to two outside domains")
    ask("INC-0001", Rerank(by=DANA, severity=Severity.SEV1, reason=worse))
    stage.plan(replace(PLAN, incident="INC-0001", channel=CHANNEL), ran=True)


def _leak(stage: Stage) -> None:
    stage.open(
        "leak",
        "Secret scanning found an AWS access key in acme/etl",
        category="credential_exposure",
        texts="The key was pushed in commit 4f2a91c by a fork.",
        entities=(Entity(EntityKind.REPO, "acme/etl"),),
        source="github",
    )
    second = replace(PLAN, id="pl_01HX0000000000000000000002", incident="INC-0002")
    stage.plan(replace(second, channel=CHANNEL), ran=False)
    stage.go_on(1)
    stage.open(
        "cost",
        "Spend of project nightly-eval is 9 times its usual",
        category="cost_consumption",
        severity=Severity.SEV3,
        texts="214 USD in the last hour, mostly output tokens of gpt-4.1.",
        source="litellm",
    )


def _drift(stage: Stage) -> None:
    ask = stage.core.ask
    stage.open(
        "drift",
        "Answer relevancy of claims-assistant fell to 0.61",
        category="drift_bias",
        severity=Severity.SEV3,
        system="claims-assistant",
        texts="Threshold 0.8, window 24 h, 1,204 answers judged.",
        source="evidently",
    )
    stage.open(
        "deploy",
        "claims-assistant version 14 was deployed",
        category="change_event",
        severity=Severity.SEV4,
        system="claims-assistant",
        texts="Prompt template v9 replaced v8.",
        source="evidently",
        group="drift",
    )
    ask("INC-0004", Acknowledge(by=SAM))
    stage.go_on(5)
    fixed = Untrusted("prompt template v8 is back")
    ask("INC-0004", Resolve(by=SAM, outcome="fixed", summary=fixed))
