"""A practice cloud for tests, and things in it that belong to one test."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.aws.mint import Mint
from bot.aws.practice_seed import ROOT, make_function
from bot.aws.session import AwsKey, AwsSession, AwsSettings, open_session
from bot.cli.cloud import PracticeCloud
from bot.domain.action_effects import Outcome
from bot.domain.plan import Draft, Level, Plan
from bot.ports.action import Action, Effect, StepResult
from tests.fakes.clock import FakeClock

APPROVERS = ("U0SECOND",)


@dataclass(frozen=True)
class Account:
    """An account somewhere on this machine; whose server it is on is a subclass's."""

    settings: AwsSettings

    @property
    def url(self) -> str:
        return self.settings.endpoint_url

    def root(self) -> AwsSession:
        """Return who furnishes and changes the world behind the bot's back."""
        return self._root

    @cached_property
    def _root(self) -> AwsSession:
        # A session and its clients take longer to make than what a test asks of them.
        return open_session(replace(self.settings, key=ROOT))

    def mint(self, **changed: Any) -> Mint:
        base = open_session(replace(self.settings, **changed))
        return Mint(base=base, clock=FakeClock())

    def apply(self, action: Any, draft: Draft, mint: Mint) -> StepResult:
        """Run a plan's steps as the gate would, with a session of its own."""
        plan = plan_of(draft)
        session = mint.mint(plan, action.grant(draft), approvers=APPROVERS)
        return applied(action, draft, session)


@dataclass(frozen=True)
class Cloud(Account):
    """An account of the practice cloud."""

    server: PracticeCloud
    home: Path

    def user(self) -> tuple[str, AwsKey]:
        """Make a user with one active key."""
        name = f"user-{secrets.token_hex(4)}"
        iam = self.root().client("iam")
        iam.create_user(UserName=name)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return name, AwsKey(
            access_key_id=made["AccessKeyId"], secret=made["SecretAccessKey"]
        )

    def function(self, **limits: int) -> str:
        """Make a function; `reserved` limits it."""
        name = f"function-{secrets.token_hex(4)}"
        make_function(
            self.root(), name, role="arn:aws:iam::000000000000:role/claims-summarizer"
        )
        if "reserved" in limits:
            self.root().client("lambda").put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=limits["reserved"]
            )
        return name


def applied(action: Action, draft: Draft, session: AwsSession) -> StepResult:
    """Run the steps until one does not work; return what became of the last."""
    result = StepResult(outcome=Outcome.FAILED, says="There is no step.")
    for step in draft.steps:
        result = action.apply(step, Effect(session=session, idempotency_key="0" * 64))
        if result.outcome is not Outcome.OK:
            break
    return result


def plan_of(draft: Draft, **changed: Any) -> Plan:
    plan = Plan(
        id=f"pl_{secrets.token_hex(13).upper()}",
        incident="INC-0001",
        channel="C0INCIDENTS",
        requester="U0ONCALL",
        reason="The key stands in a public repository",
        draft=draft,
        level=Level.T2,
        quorum=1,
        needs_commander=False,
        policy_hash="0" * 64,
    )
    return replace(plan, **changed)


@contextlib.contextmanager
def running_cloud(home: Path) -> Iterator[Cloud]:
    """Run a practice cloud; without .venv-cloud this fails and says what to do."""
    server = PracticeCloud(clock=FakeClock())
    try:
        server.start(home)
        assert server.settings is not None
        yield Cloud(server.settings, server, home)
    finally:
        server.stop()
