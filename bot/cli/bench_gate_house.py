"""The gate of `tocsin bench gate`: all of it real but the people and the world.

Store, redactor, policies, actions, cards, checkpoints, claims and the executor's
thread are put together by `bot/wire_gate.py`. The incident is a drill's, so nothing
outside can be reached; how often an action was made is counted here, by its target.
"""

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bot.aws.door import AwsDoor
from bot.checkpoints import Checkpoints
from bot.cli.bench_meter import Counted, Meter, MeteredStore
from bot.clock import SystemClock
from bot.config import Settings
from bot.config.gate_section import Gate
from bot.domain.codec import encode
from bot.domain.commands import Person, PersonKind
from bot.domain.events import Event, IncidentOpened, Role, RoleAssigned
from bot.domain.plan import Step
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.gate.rehearsal import Rehearsal, RehearsalSession, Rehearsed
from bot.guards import Guards
from bot.plans.gatekeeper import Gatekeeper
from bot.plans.house import GateHouse
from bot.ports import Clock, NewEntry
from bot.ports.action import Effect, StepResult
from bot.ports.gate import Asker
from bot.readmodels.timeline import INCIDENT_STREAM
from bot.rulings import read_rulings
from bot.slack import plan_card
from bot.store.keyfile import FileKeys
from bot.wire_gate import GateNeeds, build_gate
from bot.wire_worlds import build_worlds

TEAM, CHANNEL, INCIDENT = "T0BENCH", "C0BENCH", "INC-0001"
REQUESTER, SECOND, COMMANDER = "U0REQUESTER", "U0SECOND", "U0COMMANDER"
OUTSIDER, GUEST = "U0OUTSIDER", "U0GUEST"


# What is measured is how fast, not how often.
_WITHOUT_LIMITS = Gate(
    action_per_hour=0,
    action_per_day=0,
    all_per_hour=0,
    system_per_hour=0,
    target_pause_min=0,
    proposals_per_hour=0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Five people, who stay what they are. Keeps `ports.gate.People`."""

    clock: Clock

    def asker(self, person_id: str, channel: str) -> Asker:
        """Return somebody; all have the groups, so that these alone refuse nobody."""
        kind = PersonKind.GUEST if person_id == GUEST else PersonKind.MEMBER
        return Asker(
            person=Person(id=person_id, team=TEAM, kind=kind),
            groups=frozenset({"oncall", "approvers"}),
            groups_read=True,
            in_channel=person_id != OUTSIDER and channel == CHANNEL,
            channel_shared=False,
            read_at=self.clock.now(),
        )


class Watched(Rehearsed):
    """An action as a drill plays it, and how often it was made to which target."""

    effects: Counter[str]

    def apply(self, step: Step, effect: Effect) -> StepResult:
        """Change the simulated world, and count that."""
        if isinstance(effect.session, RehearsalSession):
            self.effects[effect.session.draft.target] += 1
        return super().apply(step, effect)


@dataclass
class Bench:
    """A gate at work.

    Attributes:
        is_counting: Whether pieces of work are measured now.
        effects: How often something was done, by target.
    """

    store: MeteredStore
    keys: FileKeys
    checkpoints: Checkpoints
    people: Crowd
    house: GateHouse
    meter: Meter
    effects: Counter[str]
    counting: threading.Event
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def gate(self) -> Gatekeeper:
        """The way to the plans."""
        return self.house.gatekeeper


def open_bench(folder: Path) -> Bench:
    """Put the gate together in a folder and open an incident; nothing runs yet."""
    clock, meter, counting = SystemClock(), Meter(), threading.Event()
    keys = FileKeys(folder / "keys")
    rulings = read_rulings(Settings(), key=keys.placeholder_key())
    guard = Guards(rulings.redactor)
    store = MeteredStore(folder / "gate.db", guard=guard, meter=meter)
    checkpoints = Checkpoints(
        store=store, keys=keys, clock=clock, anchors=folder / "anchors"
    )
    people = Crowd(clock=clock)
    house = build_gate(
        GateNeeds(
            settings=Settings(gate=_WITHOUT_LIMITS),
            store=Counted(store=store, on=counting.is_set),
            keys=keys,
            clock=clock,
            checkpoints=checkpoints,
            rulings=rulings,
            people=people,
            team=TEAM,
            in_practice=True,
            worlds=build_worlds(AwsDoor(clock=clock)),
            draw=lambda view, token: plan_card.card(view, token=token),
            fits=plan_card.fits,
            alarm=lambda _: None,
            keep_evidence=lambda _, __: None,
        )
    )
    _open_incident(store, clock.now())
    effects: Counter[str] = Counter()
    return Bench(
        store=store,
        keys=keys,
        checkpoints=checkpoints,
        people=people,
        house=_watched(house, store, effects),
        meter=meter,
        effects=effects,
        counting=counting,
    )


def _watched(house: GateHouse, store: MeteredStore, effects: Counter[str]) -> GateHouse:
    actions = {}
    for name, action in house.executor.catalogue.items():
        actions[name] = watched = Watched(action)
        watched.effects = effects
    rehearsal = Rehearsal(store=store, actions=actions)
    executor = replace(house.executor, rehearsal=rehearsal)
    return replace(house, executor=executor)


def _open_incident(store: MeteredStore, now: datetime) -> None:
    """Write a drill's incident with a commander into the log."""
    opened = IncidentOpened(
        alert="al_bench",
        source="bench",
        dedup="0" * 32,
        category="outage",
        rule="bench",
        severity=Severity.SEV2,
        reasons=(),
        system="",
        channel=CHANNEL,
        detected_at=now,
        drill=True,
        title=Untrusted("Presses without end"),
    )
    commands = RoleAssigned(role=Role.COMMANDER, to=COMMANDER, by=COMMANDER)
    events: tuple[Event, ...] = (opened, commands)
    entries = [_entry(event, now) for event in events]
    stream = INCIDENT_STREAM + INCIDENT
    store.write(
        lambda tx: tx.log.append(stream, expected_version=0, entries=entries)
    ).result()


def _entry(event: Event, now: datetime) -> NewEntry:
    kind, body, words = encode(event)
    return NewEntry(kind=kind, at=now, actor="tocsin", body=body, words=words)
