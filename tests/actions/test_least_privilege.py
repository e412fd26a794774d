"""Each right that a plan's session has is one that the plan's step needs.

The session's own policy and the policy of its role are made poorer by one right at a
time. Whatever is left, the step must fail and the thing stay as it is.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from bot.aws.action import AwsAction
from bot.aws.mint import Grant, Mint, session_policy
from bot.aws.permissions import permission
from bot.aws.session import AwsSession
from bot.domain.action_effects import Outcome
from bot.domain.plan import Draft
from tests.actions.worlds import World
from tests.actions.worlds_fake import WORLDS
from tests.awsfake.cloud import FakeCloud, running_fake
from tests.cloud import APPROVERS, applied, plan_of

pytestmark = pytest.mark.slow
NOTHING = "arn:aws:none:::none"
each = pytest.mark.parametrize("world", WORLDS, ids=[one.name for one in WORLDS])


@pytest.fixture(scope="module")
def cloud() -> Iterator[FakeCloud]:
    with running_fake() as one:
        yield one


@pytest.fixture(scope="module")
def mint(cloud: FakeCloud) -> Mint:
    return cloud.mint()


@dataclass(frozen=True)
class Session:
    """A plan's session; its step may be tried with fewer rights until it works."""

    cloud: FakeCloud
    action: AwsAction
    draft: Draft
    session: AwsSession
    mint: Mint

    def outcome(self, own: Grant, *, role_without: str = "") -> Outcome:
        """Make the step when the session's policy and its role's are these."""
        keys = self.cloud.fake.keys
        key = self.session.core.get_credentials().access_key
        role, _ = keys.roles[self.action.ROLE]
        poorer = [
            {**one, "Action": [each for each in one["Action"] if each != role_without]}
            for one in role["Statement"]
        ]
        both = (
            {**role, "Statement": poorer},
            json.loads(session_policy(self.mint.placed(own))),
        )
        keys.known[key] = replace(keys.known[key], policies=both)
        return applied(self.action, self.draft, self.session).outcome


@each
def test_every_right_that_is_granted_is_needed_and_no_other(
    cloud: FakeCloud, mint: Mint, world: World
) -> None:
    action = world.action
    draft = action.plan(world.make(cloud), reader=mint.reader())
    grant = action.grant(draft)
    made = mint.mint(plan_of(draft), grant, approvers=APPROVERS)
    session = Session(cloud, action, draft, made, mint)
    for call in set(grant.calls):
        fewer = tuple(one for one in grant.calls if one != call)
        assert session.outcome(replace(grant, calls=fewer)) is Outcome.FAILED, call
        lacking = session.outcome(grant, role_without=permission(call))
        assert lacking is Outcome.FAILED, call
    for arn in grant.resources:
        fewer = tuple(one for one in grant.resources if one != arn) or (NOTHING,)
        assert session.outcome(replace(grant, resources=fewer)) is Outcome.FAILED, arn
    assert session.outcome(grant) is Outcome.OK
