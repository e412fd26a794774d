"""Actions as a drill plays them: the same plans, on a world that is only rows here.

    Rehearsal     hands out the wrapped action, the simulated world, the session
    Rehearsed     an action that plans, applies and verifies on that world
    World         what is simulated for one incident: thing → value

Nothing in here has a credential, a client or a socket, and a wrapped action never
calls the one it wraps but for what is computed from its data alone. The executor
takes nothing but a `Rehearsed` for a drill's plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.acting.params import check_params
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.errors import BadRequest, NotAllowed
from bot.domain.plan import Blast, Change, Draft, Plan, Probe, Step
from bot.ports import Store, Transaction
from bot.ports.action import (
    Action,
    ActionManifest,
    Effect,
    Sketch,
    Sketching,
    StepResult,
    Verified,
)

SIMULATED = "Simulated for the drill"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The simulated things of one incident; they survive a restart."""

    store: Store
    incident: str

    def get(self, thing: str, default: str) -> str:
        """Return a thing's value; where nobody changed it, the usual one."""

        def read(tx: Transaction) -> str:
            found = tx.tables.execute(
                "SELECT value FROM rehearsal WHERE incident = ? AND thing = ?",
                (self.incident, thing),
            )
            return str(found[0]["value"]) if found else default

        return self.store.read(read)

    def put(self, thing: str, value: str) -> None:
        """Change a thing; durable when this returns."""
        self.store.write(
            lambda tx: tx.tables.execute(
                "INSERT INTO rehearsal (incident, thing, value) VALUES (?,?,?) "
                "ON CONFLICT (incident, thing) DO UPDATE SET value = excluded.value",
                (self.incident, thing, value),
            )
        ).result()


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalSession:
    """With what a drill's step acts: its plan and the simulated world."""

    world: World
    draft: Draft


class Rehearsed:
    """Keeps `bot.ports.action.Action` on a simulated world."""

    def __init__(self, wrapped: Action) -> None:
        self._wrapped = wrapped
        self.MANIFEST: ActionManifest = wrapped.MANIFEST

    def plan(self, params: Mapping[str, str], *, reader: World) -> Draft:
        """Say what would run, from the simulated world.

        Raises:
            BadRequest: The parameters do not fit, or there is nothing to do.
        """
        manifest = self.MANIFEST
        check_params(manifest.name, manifest.params, params)
        sketch = self._sketch(params)
        before = reader.get(sketch.thing, sketch.usual)
        if before == sketch.after:
            raise BadRequest(
                f"{manifest.name} was not planned",
                because="the simulated world is already as it would make it",
                next_move="Leave it as it is in this drill.",
            )
        here = Probe(id=sketch.fact, value=before)
        ordered = tuple(sorted(sketch.arguments.items()))
        step = Step(id="s1", call=sketch.call, params=ordered, compare=(here,))
        return Draft(
            action=manifest.name,
            action_version=manifest.version,
            params=tuple(sorted(params.items())),
            target=sketch.target,
            changes=(Change(what=sketch.what, before=before, after=sketch.after),),
            steps=(step,),
            preconditions=(here,),
            blast=Blast(systems=1, says=f"{SIMULATED}: nothing real is reached."),
            verify=f"{SIMULATED}: {sketch.what} is read again in the simulated world.",
            rollback=manifest.rollback,
            irreversible_because=manifest.irreversible_because,
        )

    def probe(self, draft: Draft, *, reader: World) -> tuple[Probe, ...]:
        """Read the simulated fact again."""
        sketch = self._sketch(dict(draft.params))
        now = reader.get(sketch.thing, sketch.usual)
        return (Probe(id=sketch.fact, value=now),)

    def apply(self, step: Step, effect: Effect) -> StepResult:
        """Change the simulated world; nothing else, whatever session it is given."""
        session = effect.session
        if not isinstance(session, RehearsalSession):
            says = f"{step.call} did not happen: this is a drill."
            return StepResult(outcome=Outcome.FAILED, says=says)
        sketch = self._sketch(dict(session.draft.params))
        session.world.put(sketch.thing, sketch.after)
        says = f"{SIMULATED}: {step.call} was not called."
        return StepResult(outcome=Outcome.OK, says=says)

    def verify(self, plan: Plan, *, reader: World) -> Verified:
        """Say whether the simulated world is as promised."""
        sketch = self._sketch(dict(plan.draft.params))
        now = reader.get(sketch.thing, sketch.usual)
        says = f"{SIMULATED}: {sketch.what} is {now}."
        verdict = Verdict.PASS if now == sketch.after else Verdict.FAIL
        return Verified(verdict=verdict, says=says)

    def rollback(self, draft: Draft) -> Mapping[str, str] | None:
        """Return the parameters of the way back, as the action computes them."""
        return self._wrapped.rollback(draft)

    def snapshot(self, draft: Draft, *, reader: World) -> Mapping[str, Any]:
        """Return the simulated fact as evidence, marked as such."""
        found = self.probe(draft, reader=reader)
        return {"simulated": True, "facts": {one.id: one.value for one in found}}

    def _sketch(self, params: Mapping[str, str]) -> Sketch:
        if isinstance(self._wrapped, Sketching):
            return self._wrapped.sketch(params)
        target = next(iter(params.values()), self.MANIFEST.name)
        return Sketch(
            thing=f"{self.MANIFEST.name}|{target}",
            fact=self.MANIFEST.name,
            what=self.MANIFEST.title,
            usual="not done",
            after="done",
            target=target,
            call=self.MANIFEST.calls[0],
            arguments=dict(params),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a drill's plans are made and run with.

    Attributes:
        actions: By name; `wrapped` makes them of the catalogue.
    """

    store: Store
    actions: Mapping[str, Action]

    def action(self, name: str) -> Rehearsed:
        """Return an action as a drill plays it.

        Raises:
            NotAllowed: There is none that is simulated, whatever else is there.
        """
        found = self.actions.get(name)
        if isinstance(found, Rehearsed):
            return found
        raise NotAllowed(
            "Nothing was run",
            because="it is a drill, and this action is not simulated",
            next_move="Say in the thread what you would do, and tell the bot's owner.",
        )

    def world(self, incident: str) -> World:
        """Return the simulated world of an incident."""
        return World(store=self.store, incident=incident)

    def session(self, plan: Plan) -> RehearsalSession:
        """Return what a plan acts with.

        Raises:
            NotAllowed: The plan is real.
        """
        if not plan.drill:
            raise NotAllowed(
                "Nothing was run",
                because="the plan is real, and only a drill is simulated",
                next_move="Tell the bot's owner: this must never happen.",
            )
        return RehearsalSession(world=self.world(plan.incident), draft=plan.draft)


def wrapped(catalogue: Mapping[str, Action]) -> Mapping[str, Action]:
    """Return every action of a catalogue as a drill plays it."""
    return {name: Rehearsed(action) for name, action in catalogue.items()}
