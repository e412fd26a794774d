"""What all AWS actions share: read facts, write once, read again.

An action is data: which reads give which facts, which write makes which facts true.
A subclass says the words and whatever differs. Only the gate calls `apply`, with a
session that `mint.py` cut to the one resource.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from bot.aws.calls import look, write
from bot.aws.mint import Grant
from bot.aws.params import check_params
from bot.aws.session import AwsSession
from bot.aws.sketch import sketched
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.errors import BadRequest, NotFound, TocsinError
from bot.domain.plan import Blast, Change, Draft, Plan, Probe, Step
from bot.ports.action import ActionManifest, Effect, Sketch, StepResult, Verified

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One plan's world, as it was read.

    Attributes:
        params: As proposed.
        facts: Fact id → value.
        reader: Reads; never writes.
        told: Call → what was kept of its answer, for people and evidence.
    """

    params: Texts
    facts: Texts
    reader: AwsSession
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer, and what was known before it came: parameters and facts."""

    answer: Mapping[str, Any]
    known: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One read call and what is taken from its answer.

    Attributes:
        call: E.g. ``iam.GetUser``.
        arguments: API argument → the parameter or the fact that fills it; the argument
            as a path where it lies deeper, see `arguments.py`.
        always: API argument → what it always is.
        facts: Returns facts by id; they are preconditions of the plan.
        missing: The facts where AWS has no such thing; empty where that is an error.
        keep: What of the answer is saved as evidence; never the whole answer, for
            answers hold secrets.
    """

    call: str
    arguments: Texts
    always: Texts = field(default_factory=dict)
    facts: Callable[[Seen], Texts] | None = None
    missing: Texts = field(default_factory=dict)
    keep: Callable[[Mapping[str, Any]], Any] | None = None


class AwsAction:
    """Keeps `bot.ports.action.Action` with data. Templates are filled by params."""

    MANIFEST: ActionManifest
    ROLE: ClassVar[str]
    """The role that writes, e.g. ``tocsin-act-iam``."""
    TARGET: ClassVar[str]
    """The parameter that people type to confirm."""
    RESOURCE: ClassVar[str]
    """The fact that is the ARN of the one thing touched."""
    BESIDE: ClassVar[tuple[str, ...]] = ()
    """Facts that are ARNs of what AWS judges beside it, such as a task definition."""
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
    """The sentence that says how it will be verified."""
    USUAL: ClassVar[Texts] = {}
    """The facts of `WANTED` → their values where nothing is wrong, for drills."""

    # --- what differs: a subclass overrides what its data cannot say ---

    def blast(self, case: Case) -> Blast:
        """Return how far it reaches."""
        raise NotImplementedError

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the call to make, and its arguments."""
        call, arguments = self.WRITE
        return call, _from_templates(arguments, params)

    def carrying(self, params: Texts, facts: Texts) -> Texts:
        """Return the arguments of the write that come out of the facts."""
        del params
        return {name: facts[of] for name, of in self.CARRIED.items()}

    def identity(self, step: Step) -> Texts:
        """Return the parameters that the facts are read by, from the step alone."""
        given = dict(step.params)
        return {name: given[of] for name, of in self.IDENTITY.items()}

    def promise(self, case: Case) -> str:
        """Return the sentence that says how it will be verified."""
        return self.PROMISE.format_map(case.params)

    def witness(self, case: Case) -> Verified:
        """Try the new state out, where that is possible; say which was done."""
        wanted = _from_templates(self.WANTED, case.params)
        read_again = ", ".join(f"{key} is {case.facts[key]}" for key in wanted)
        return Verified(verdict=Verdict.PASS, says=f"Read again: {read_again}.")

    def sketch(self, params: Texts) -> Sketch:
        """Return what would change, for a drill; reads nothing."""
        wanted = next(iter(_from_templates(self.WANTED, params).items()))
        words = _from_templates(self.WORDS, params)
        return sketched(self, wanted, params, what=words[wanted[0]])

    # --- the port ---

    def plan(self, params: Texts, *, reader: AwsSession) -> Draft:
        """Read the world and say exactly what would run.

        Raises:
            BadRequest: The parameters do not fit, or there is nothing to do.
            NotFound: There is no such thing.
            Unreachable: The world could not be read.
        """
        name = self.MANIFEST.name
        check_params(name, self.MANIFEST.params, params)
        facts = self.facts(params, reader)
        told = self._kept(self.TOLD, {**params, **facts}, reader)
        case = Case(params=params, facts=facts, reader=reader, told=told)
        wanted = _from_templates(self.WANTED, params)
        if all(facts[key] == value for key, value in wanted.items()):
            raise BadRequest(
                f"{name} was not planned",
                because="AWS is already as it would make it",
                next_move="Nothing needs to be done.",
            )
        preconditions = _probes(facts)
        return Draft(
            action=name,
            action_version=self.MANIFEST.version,
            params=tuple(sorted(params.items())),
            target=params[self.TARGET],
            changes=self._changes(params, facts, wanted),
            steps=(self._step(params, preconditions),),
            preconditions=preconditions,
            blast=self.blast(case),
            verify=self.promise(case),
            rollback=self.MANIFEST.rollback,
            irreversible_because=self.MANIFEST.irreversible_because,
        )

    def probe(self, draft: Draft, *, reader: AwsSession) -> tuple[Probe, ...]:
        """Read the preconditions again.

        Raises:
            NotFound: The thing is gone.
            Unreachable: The world could not be read.
        """
        return _probes(self.facts(dict(draft.params), reader))

    def grant(self, draft: Draft) -> Grant:
        """Return what the plan's session must be able to do, and nothing more."""
        facts = {one.id: one.value for one in draft.preconditions}
        writes = tuple(step.call for step in draft.steps)
        reads = tuple(one.call for one in self.FACTS)
        return Grant(
            role=self.ROLE,
            calls=(*writes, *reads),
            resources=tuple(facts[one] for one in (self.RESOURCE, *self.BESIDE)),
        )

    def apply(self, step: Step, effect: Effect) -> StepResult:
        """Compare, then write once. AWS has no compare-and-set for these calls.

        The comparison comes directly before the write and with the same session, so
        what can slip in between are milliseconds; `verify` would show it.
        """
        given = dict(step.params)
        try:
            facts = self.facts(self.identity(step), effect.session)
        except Exception as error:  # noqa: BLE001 - nothing was written yet
            reason = type(error).__name__
            return _not_done(step, f"the facts could not be read again ({reason})")
        moved = [one.id for one in step.compare if facts.get(one.id) != one.value]
        if moved or not step.compare:
            changed = ", ".join(moved) or "nothing to compare with"
            return _not_done(step, f"the world is not as planned ({changed})")
        if step.call not in self.MANIFEST.calls:
            return _not_done(step, "it is not a call of this action")
        return write(
            effect.session, step.call, given, idempotency_key=effect.idempotency_key
        )

    def verify(self, plan: Plan, *, reader: AwsSession) -> Verified:
        """Say whether it worked, by reading the facts again."""
        params = dict(plan.draft.params)
        try:
            facts = self.facts(params, reader)
            wanted = _from_templates(self.WANTED, params)
            wrong = [key for key, value in wanted.items() if facts[key] != value]
            if wrong:
                says = f"Read again: {', '.join(wrong)} is not as promised."
                return Verified(verdict=Verdict.FAIL, says=says)
            return self.witness(Case(params=params, facts=facts, reader=reader))
        except TocsinError as error:
            says = f"It could not be checked: {error.because}."
            return Verified(verdict=Verdict.INCONCLUSIVE, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the parameters for the rollback action: by default the same."""
        return dict(draft.params) if self.MANIFEST.rollback else None

    def snapshot(self, draft: Draft, *, reader: AwsSession) -> Mapping[str, Any]:
        """Return the evidence: what is kept of each read, by call.

        Raises:
            NotFound: The thing is gone.
            Unreachable: The world could not be read.
        """
        known = {one.id: one.value for one in draft.preconditions}
        readings = (*self.FACTS, *self.TOLD)
        return self._kept(readings, {**dict(draft.params), **known}, reader)

    # --- how ---

    def facts(self, params: Texts, session: AwsSession) -> Texts:
        """Return every fact that the plan rests on, by id."""
        found: dict[str, str] = {}
        for reading in self.FACTS:
            known = {**params, **found}
            try:
                answer = look(session, reading.call, _filled(reading, known))
            except NotFound:
                if not reading.missing:
                    raise
                found |= reading.missing
                continue
            found |= reading.facts(Seen(answer, known)) if reading.facts else {}
        return found

    def _kept(
        self, readings: tuple[Reading, ...], known: Texts, session: AwsSession
    ) -> dict[str, Any]:
        return {
            one.call: _json(self._one_kept(one, known, session))
            for one in readings
            if one.keep
        }

    def _one_kept(self, one: Reading, known: Texts, session: AwsSession) -> Any:
        """Return what is kept of an answer, None where there is no such thing."""
        try:
            answer = look(session, one.call, _filled(one, known))
        except NotFound:
            if not one.missing:
                raise
            return None
        return one.keep(answer) if one.keep else None

    def _changes(
        self, params: Texts, facts: Texts, wanted: Texts
    ) -> tuple[Change, ...]:
        words = _from_templates(self.WORDS, params)
        return tuple(
            Change(what=words[key], before=facts[key], after=value)
            for key, value in wanted.items()
        )

    def _step(self, params: Texts, compare: tuple[Probe, ...]) -> Step:
        call, arguments = self.writing(params)
        carried = self.carrying(params, {one.id: one.value for one in compare})
        ordered = tuple(sorted({**arguments, **carried}.items()))
        return Step(id="s1", call=call, params=ordered, compare=compare)


def _from_templates(templates: Texts, params: Texts) -> Texts:
    """Return both sides filled in: also which fact it is may depend on a parameter."""
    return {
        name.format_map(params): text.format_map(params)
        for name, text in templates.items()
    }


def _filled(reading: Reading, known: Texts) -> dict[str, str]:
    asked = {name: known[of] for name, of in reading.arguments.items()}
    return {**asked, **reading.always}


def _probes(facts: Texts) -> tuple[Probe, ...]:
    return tuple(Probe(id=key, value=value) for key, value in sorted(facts.items()))


def _not_done(step: Step, because: str) -> StepResult:
    says = f"{step.call} did not happen: {because}."
    return StepResult(outcome=Outcome.FAILED, says=says)


def _json(value: Any) -> Any:
    """Return a value as JSON has it: times as ISO 8601, maps and lists as such."""
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): _json(one) for key, one in value.items()}
        case list() | tuple():
            return [_json(one) for one in value]
        case _:
            return str(value)
