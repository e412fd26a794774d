"""The shared stage of `attempts.py`, put back after each case."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import Refusal
from bot.domain.plan import Level
from tests.core import CHANNEL
from tests.gate.attempts import BURN, OFF, ON, Case, Tallied
from tests.gate.stage import GateStage


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    stage = GateStage(tmp_path_factory.mktemp("resumption"))
    off, on = Tallied(stage, to=False), Tallied(stage, to=True)
    burn = Tallied(stage, to=False, level=Level.T1)
    burn.turned, burn.told = off.turned, off.told
    burn.MANIFEST = replace(burn.MANIFEST, name=BURN)
    stage.catalogue.update({OFF: off, ON: on, BURN: burn})
    stage.people.groups["U0GUEST"] = {"oncall", "approvers"}
    yield Case(stage=stage, off=off, on=on, switches=itertools.count(2))
    stage.core.close()


@pytest.fixture
def case(shared: Case) -> Iterator[Case]:
    """Lend the stage; whatever a case changes of people and parts is put back."""
    stage, people = shared.stage, shared.stage.people
    parts = {name: getattr(stage, name) for name in ("desk", "gate", "book")}
    groups = {who: set(names) for who, names in people.groups.items()}
    yield Case(stage=stage, off=shared.off, on=shared.on, switches=shared.switches)
    people.groups, people.kinds, people.outside = groups, {}, set()
    for name, part in parts.items():
        setattr(stage, name, part)
    with suppress(Refusal):
        stage.gate.release(by=people.asker("U0SECOND", CHANNEL))


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., GateStage]]:
    """Make stages of five switches, all of them on."""
    made: list[GateStage] = []

    def stage(**more: object) -> GateStage:
        made.append(GateStage(tmp_path / str(len(made)), **more))  # type: ignore[arg-type]
        made[-1].world.on.update({f"s{n}": True for n in range(1, 6)})
        return made[-1]

    yield stage
    for one in made:
        one.core.close()
