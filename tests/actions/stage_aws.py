"""AWS as a stage for `promises.py`: an account, and the mint of its sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.aws.mint import Mint
from bot.aws.session import AwsSession
from bot.domain.plan import Plan
from bot.gate.catalogue import load_actions
from bot.ports.action import Action
from tests.cloud import APPROVERS


@dataclass(frozen=True)
class AwsStage:
    """One account; making a mint's clients takes longer than their calls."""

    outside: Any
    mint: Mint
    catalogue: Mapping[str, Action] = field(default_factory=load_actions)

    def reader(self) -> AwsSession:
        return self.mint.reader()

    def session(self, plan: Plan, action: Any) -> AwsSession:
        return self.mint.mint(plan, action.grant(plan.draft), approvers=APPROVERS)
