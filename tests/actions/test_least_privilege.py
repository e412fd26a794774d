"""Each right that a plan's session has is one that the plan's step needs."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.aws.mint import Mint
from bot.aws.permissions import permission
from bot.domain.action_effects import Outcome
from tests.actions.worlds import World
from tests.actions.worlds_fake import WORLDS
from tests.awsfake.cloud import FakeCloud, running_fake
from tests.cloud import APPROVERS, applied, plan_of

pytestmark = pytest.mark.slow
each = pytest.mark.parametrize("world", WORLDS, ids=[one.name for one in WORLDS])


@pytest.fixture(scope="module")
def cloud() -> Iterator[FakeCloud]:
    with running_fake() as one:
        yield one


@pytest.fixture(scope="module")
def mint(cloud: FakeCloud) -> Mint:
    return cloud.mint()


def _tried(cloud: FakeCloud, mint: Mint, world: World, narrowed: Any) -> Outcome:
    """Plan on a thing of its own, and make its step with fewer rights."""
    action = world.action
    draft = action.plan(world.make(cloud), reader=mint.reader())
    grant = narrowed(action.grant(draft))
    session = mint.mint(plan_of(draft), grant, approvers=APPROVERS)
    return applied(action, draft, session).outcome


def _without_call(call: str) -> Callable[[Any], Any]:
    return lambda grant: replace(
        grant, calls=tuple(one for one in grant.calls if one != call)
    )


def _without_resource(place: int) -> Callable[[Any], Any]:
    def narrowed(grant: Any) -> Any:
        kept = [one for at, one in enumerate(grant.resources) if at != place]
        return replace(grant, resources=tuple(kept) or ("arn:aws:none:::none",))

    return narrowed


@each
def test_no_call_and_no_thing_too_many_is_granted(
    cloud: FakeCloud, mint: Mint, world: World
) -> None:
    draft = world.action.plan(world.make(cloud), reader=mint.reader())
    grant = world.action.grant(draft)
    assert _tried(cloud, mint, world, lambda whole: whole) is Outcome.OK
    for call in set(grant.calls):
        assert _tried(cloud, mint, world, _without_call(call)) is Outcome.FAILED, call
    for place, arn in enumerate(grant.resources):
        outcome = _tried(cloud, mint, world, _without_resource(place))
        assert outcome is Outcome.FAILED, arn


@each
def test_a_session_has_no_right_that_its_role_lacks(
    cloud: FakeCloud, mint: Mint, world: World
) -> None:
    draft = world.action.plan(world.make(cloud), reader=mint.reader())
    write = permission(draft.steps[0].call)
    role, trust = cloud.fake.keys.roles[world.action.ROLE]
    poorer = [
        {**one, "Action": [each for each in one["Action"] if each != write]}
        for one in role["Statement"]
    ]
    cloud.fake.keys.roles[world.action.ROLE] = ({**role, "Statement": poorer}, trust)
    outcome = _tried(cloud, mint, world, lambda whole: whole)
    cloud.fake.keys.roles[world.action.ROLE] = (role, trust)
    assert outcome is Outcome.FAILED
