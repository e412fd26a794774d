"""What actions share: read facts, write once, read again.

An action is data: which reads give which facts, which write makes which facts true.
A subclass says the words and whatever differs. What a session is and how a call is
made is its room's, such as `bot/aws/action.py`. Only the gate calls `apply`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from bot.acting.evidence import kept
from bot.acting.filling import changed, from_templates, not_done, probes_of
from bot.acting.params import check_params
from bot.acting.reading import Case, Reading, Seen, Texts, filled, understood
from bot.acting.sketch import sketched
from bot.acting.states import (
    Need,
    State,
    is_moving,
    refuse_needless,
    refuse_unmet,
    told_by,
)
from bot.domain.action_effects import Verdict
from bot.domain.errors import NotFound, TocsinError
from bot.domain.plan import Afterwards, Blast, Change, Draft, Plan, Probe, Step
from bot.ports.action import ActionManifest, Effect, Sketch, StepResult, Verified


class DataAction:
    """Keeps `bot.ports.action.Action` with data. Templates are filled by params."""

    PLACE: ClassVar[str]
    """What people call the world that it changes, e.g. ``AWS``."""

    MANIFEST: ActionManifest
    TARGET: ClassVar[str]
    """The parameter that people type to confirm."""
    FACTS: ClassVar[tuple[Reading, ...]]
    """Reads that the plan rests on; made again before the write."""
    TOLD: ClassVar[tuple[Reading, ...]] = ()
    """Reads for people and evidence only: what they say may change any minute."""
    WANTED: ClassVar[Texts]
    """Fact → template of the value that it must have afterwards."""
    WORDS: ClassVar[Texts]
    """The same facts → templates of what people call them."""
    WRITE: ClassVar[tuple[str, Texts]]
    """The call that makes it so, and its arguments → templates."""
    CARRIED: ClassVar[Texts] = {}
    """Argument of the write → the fact that it carries, such as a lock token: where
    AWS compares it itself, nothing slips in between. A drill has no such facts."""
    IDENTITY: ClassVar[Texts]
    """Parameter → the argument of the write that carries it."""
    PROMISE: ClassVar[str]
    """How it will be verified, as a sentence."""
    USUAL: ClassVar[Texts] = {}
    """The facts of `WANTED` → their values where nothing is wrong, for drills."""
    AS_GONE: ClassVar[str] = ""
    """What it means that everything is as wanted, where that is not being there."""
    NEEDS: ClassVar[tuple[Need, ...]] = ()
    """What must be so before it is planned."""
    STATES: ClassVar[tuple[State, ...]] = ()
    """Facts that say whether the world is still on its way, or broke on it."""
    SECONDS: ClassVar[int] = 10
    """How long it takes until it can be seen to have worked."""

    # --- how its world is asked: a room overrides these ---

    def looked(self, session: Any, call: str, texts: Texts) -> Mapping[str, Any]:
        """Return the answer of a call that changes nothing.

        Args:
            session: One that reads, or the plan's own.
            call: Service and operation, e.g. ``iam.GetUser``.
            texts: Argument → text.

        Raises:
            NotFound: There is no such thing.
            Unreachable: It was refused, or there was no answer.
        """
        raise NotImplementedError

    def written(
        self, session: Any, call: str, texts: Texts, *, idempotency_key: str
    ) -> StepResult:
        """Make the call that changes something, once. Never raises.

        Args:
            session: Made for the plan.
            idempotency_key: For operations that have a place for one.
        """
        raise NotImplementedError

    # --- what differs: a subclass overrides what its data cannot say ---

    def blast(self, case: Case) -> Blast:
        """Return how far it reaches."""
        raise NotImplementedError

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the call to make, and its arguments."""
        call, arguments = self.WRITE
        return call, from_templates(arguments, params)

    def carrying(self, params: Texts, facts: Texts) -> Texts:
        """Return the arguments of the write that come out of the facts."""
        del params
        return {name: facts[of] for name, of in self.CARRIED.items()}

    def identity(self, step: Step) -> Texts:
        """Return the parameters that the facts are read by, from the step alone."""
        given = dict(step.params)
        return {name: given[of] for name, of in self.IDENTITY.items()}

    def steps(self, params: Texts, compare: tuple[Probe, ...]) -> tuple[Step, ...]:
        """Return what runs, in order; more than one where one write is not enough.

        Args:
            compare: Every fact of the plan; the first step compares all of them.
        """
        return (self._step(params, compare),)

    def made(self, step: Step, effect: Effect) -> StepResult:
        """Make a step's one call; everything was compared. Never raises."""
        return self.written(
            effect.session,
            step.call,
            dict(step.params),
            idempotency_key=effect.idempotency_key,
        )

    def beside(self, case: Case) -> tuple[Change, ...]:
        """Return what changes with it, counted and not written, for the card."""
        del case
        return ()

    def promise(self, case: Case) -> str:
        """Return the sentence that says how it will be verified."""
        return self.PROMISE.format_map(case.params)

    def unlike(self, draft: Draft, facts: Texts, wrong: Sequence[str]) -> Verified:
        """Say what it means that facts, `wrong` by their ids, are not as promised."""
        del draft, facts
        says = f"Read again: {', '.join(wrong)} is not as promised."
        return Verified(verdict=Verdict.FAIL, says=says)

    def witness(self, case: Case) -> Verified:
        """Try the new state out, where that is possible; say which was done."""
        wanted = from_templates(self.WANTED, case.params)
        read_again = ", ".join(f"{key} is {case.facts[key]}" for key in wanted)
        return Verified(verdict=Verdict.PASS, says=f"Read again: {read_again}.")

    def afterwards(self, params: Texts) -> Afterwards | None:
        """Return which figure is read some time later; None where there is none."""
        del params
        return None

    def sketch(self, params: Texts) -> Sketch:
        """Return what would change, for a drill; reads nothing."""
        wanted = next(iter(from_templates(self.WANTED, params).items()))
        words = from_templates(self.WORDS, params)
        return sketched(self, wanted, params, what=words[wanted[0]])

    # --- the port ---

    def plan(self, params: Texts, *, reader: Any) -> Draft:
        """Read the world and say exactly what would run.

        Raises:
            BadRequest: The parameters do not fit, or there is nothing to do.
            NotFound: There is no such thing.
            Unreachable: The world could not be read.
        """
        name = self.MANIFEST.name
        check_params(name, self.MANIFEST.params, params)
        facts = self.facts(params, reader)
        wanted = from_templates(self.WANTED, params)
        refuse_needless(name, self.PLACE, facts, wanted, as_gone=self.AS_GONE)
        refuse_unmet(name, self.NEEDS, facts)
        told = kept(self.looked, self.TOLD, {**params, **facts}, reader)
        case = Case(params=params, facts=facts, reader=reader, told=told)
        with understood("What is planned on"):
            return self._draft(case)

    def _draft(self, case: Case) -> Draft:
        """Return the plan of a world that was read."""
        name, params, facts = self.MANIFEST.name, case.params, case.facts
        wanted = from_templates(self.WANTED, params)
        preconditions = probes_of(facts)
        return Draft(
            action=name,
            action_version=self.MANIFEST.version,
            params=tuple(sorted(params.items())),
            target=params[self.TARGET],
            changes=(
                *changed(from_templates(self.WORDS, params), facts, wanted),
                *self.beside(case),
            ),
            steps=self.steps(params, preconditions),
            preconditions=preconditions,
            blast=self.blast(case),
            verify=self.promise(case),
            rollback=self.MANIFEST.rollback,
            irreversible_because=self.MANIFEST.irreversible_because,
            afterwards=self.afterwards(params),
            est_seconds=self.SECONDS,
        )

    def probe(self, draft: Draft, *, reader: Any) -> tuple[Probe, ...]:
        """Read the preconditions again.

        Raises:
            NotFound: The thing is gone.
            Unreachable: The world could not be read.
        """
        return probes_of(self.facts(dict(draft.params), reader))

    def apply(self, step: Step, effect: Effect) -> StepResult:
        """Compare, then write once. Few calls compare and set by themselves.

        The comparison comes directly before the write and with the same session, so
        what can slip in between are milliseconds; `verify` would show it.
        """
        try:
            facts = self.facts(self.identity(step), effect.session)
        except Exception as error:  # noqa: BLE001 - nothing was written yet
            reason = type(error).__name__
            return not_done(step, f"the facts could not be read again ({reason})")
        moved = [one.id for one in step.compare if facts.get(one.id) != one.value]
        if moved or not step.compare:
            changed = ", ".join(moved) or "nothing to compare with"
            return not_done(step, f"the world is not as planned ({changed})")
        if step.call not in self.MANIFEST.calls:
            return not_done(step, "it is not a call of this action")
        return self.made(step, effect)

    def rests(self, step: Step, session: Any) -> bool:
        """Tell whether nothing is on its way; what cannot be read, `apply` tells."""
        try:
            facts = self.facts(self.identity(step), session)
        except Exception:  # noqa: BLE001 - nothing was written, and nothing is here
            return True
        return not is_moving(self.STATES, facts)

    def verify(self, plan: Plan, *, reader: Any) -> Verified:
        """Say whether it worked, by reading the facts again."""
        params = dict(plan.draft.params)
        try:
            facts = self.facts(params, reader)
            if (told := told_by(self.STATES, facts)) is not None:
                return told
            wanted = from_templates(self.WANTED, params)
            wrong = [key for key, value in wanted.items() if facts[key] != value]
            if wrong:
                return self.unlike(plan.draft, facts, wrong)
            found = Case(params=params, facts=facts, reader=reader, draft=plan.draft)
            with understood("What was tried out"):
                return self.witness(found)
        except TocsinError as error:
            says = f"It could not be checked: {error.because}."
            return Verified(verdict=Verdict.INCONCLUSIVE, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the parameters for the rollback action: by default the same."""
        return dict(draft.params) if self.MANIFEST.rollback else None

    def snapshot(self, draft: Draft, *, reader: Any) -> Mapping[str, Any]:
        """Return the evidence: what is kept of each read, by call.

        Raises:
            NotFound: The thing is gone.
            Unreachable: The world could not be read.
        """
        known = {one.id: one.value for one in draft.preconditions}
        readings = (*self.FACTS, *self.TOLD)
        return kept(self.looked, readings, {**dict(draft.params), **known}, reader)

    # --- how ---

    def facts(self, params: Texts, session: Any) -> Texts:
        """Return every fact that the plan rests on, by id."""
        found: dict[str, str] = {}
        for reading in self.FACTS:
            known = {**params, **found}
            try:
                answer = self.looked(session, reading.call, filled(reading, known))
            except NotFound:
                if not reading.missing:
                    raise
                found |= reading.missing
            else:
                with understood(reading.call):
                    found |= reading.facts(Seen(answer, known)) if reading.facts else {}
        return found

    def _step(self, params: Texts, compare: tuple[Probe, ...]) -> Step:
        call, given = self.writing(params)
        carried = self.carrying(params, {one.id: one.value for one in compare})
        ordered = tuple(sorted({**given, **carried}.items()))
        return Step(id="s1", call=call, params=ordered, compare=compare)
