"""From "do this to that" to a plan: what can be offered, and what would run.

Reads the world with credentials that can only read. Writes nothing.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.acting.params import check_params
from bot.domain.action_facts import Click, Door, GateFacts
from bot.domain.errors import NotAllowed, NotFound
from bot.domain.gate_rules import QUORUM
from bot.domain.plan import Draft, Level, Plan, Waived
from bot.domain.plan_view import Offer
from bot.domain.residency import is_global
from bot.domain.untrusted import Untrusted
from bot.gate.admin_door import is_admin
from bot.gate.judge import ids_of
from bot.gate.policy_question import Verb
from bot.gate.rehearsal import Rehearsal
from bot.gate.waivers import waived_of
from bot.plans.book import PlanBook
from bot.plans.desk import About, PlanDesk
from bot.plans.entities import entities
from bot.ports import Store, Transaction
from bot.ports.action import Action
from bot.ports.gate import Asker

_LONGEST_REASON = 500
_SALT_BYTES = 16
# Which kind of thing that an alert names fills a parameter; a person confirms it.
_FILLED_BY = {
    "user_name": "principal",
    "role_name": "principal",
    "access_key_id": "key",
    "function_name": "service",
    "service": "service",
    "agent_id": "agent",
    "namespace": "namespace",
    "deployment": "deployment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks for.

    Attributes:
        parent: Plan that this one undoes, "" for none.
    """

    incident: str
    action: str
    params: Mapping[str, str]
    requester: str
    reason: Untrusted
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """Makes plans.

    Attributes:
        reader: Returns a session that can only read the world of an action; raises
            Unreachable.
        offered: Tells whether an action can run here; a drill plays every one.
        rehearsal: What a drill's plans are made with; None where none are played.
    """

    store: Store
    desk: PlanDesk
    catalogue: Mapping[str, Action]
    reader: Callable[[Action], Any]
    offered: Callable[[Action], bool] = lambda _: True
    rehearsal: Rehearsal | None = None

    def offers(self, incident: str) -> tuple[Offer, ...]:
        """Return what can be proposed for an incident."""
        named, drill = self.store.read(
            lambda tx: (
                entities(tx, incident),
                self.desk.is_drill(tx, incident),
            )
        )
        return tuple(
            _offer(name, one, named, drill=drill)
            for name, one in self.catalogue.items()
            if drill or self.offered(one)
        )

    def plan(self, plan_id: str, wanted: Wanted, *, now: datetime) -> Plan:
        """Read the world and say exactly what would run.

        Args:
            now: Aware UTC, for the waivers in force.

        Raises:
            NotFound: There is no such action or incident.
            Refusal: The parameters do not fit.
            Unreachable: The world could not be read.
        """
        action = self._action(wanted.action)
        about = self.store.read(lambda tx: self.desk.about(tx, wanted.incident))
        draft, region = self._drafted(action, wanted, about)
        level = self.desk.level(action.MANIFEST, draft, about)
        plan = Plan(
            id=plan_id,
            incident=wanted.incident,
            channel=about.channel,
            requester=wanted.requester,
            reason=wanted.reason.for_slack(limit=_LONGEST_REASON),
            draft=draft,
            level=level,
            quorum=QUORUM[level],
            needs_commander=level is Level.T1,
            policy_hash=self.desk.judge.policy.hash,
            parent=wanted.parent,
            drill=about.drill,
            salt=secrets.token_hex(_SALT_BYTES),
            region=region,
            waivers=self._waivers(draft, about, now),
        )
        return self._with_groups(plan, about)

    def _with_groups(self, plan: Plan, about: About) -> Plan:
        """Add the groups that must agree, each with a person of its own."""
        groups = self.desk.needs(plan, about)
        if groups is None:
            raise NotAllowed(
                "Nothing was proposed",
                because="the policies could not say whose yes it needs",
                next_move="Run `tocsin policy test`.",
            )
        return replace(plan, groups=groups, quorum=max(plan.quorum, len(groups)))

    def _waivers(self, draft: Draft, about: About, now: datetime) -> tuple[Waived, ...]:
        found = self.desk.judge.policy.waivers.in_force(
            systems=ids_of(about.system, self.desk.touched(draft, about)),
            action=draft.action,
            now=now,
        )
        return waived_of(found)

    def _drafted(
        self, action: Action, wanted: Wanted, about: About
    ) -> tuple[Draft, str]:
        """Read the world, or in a drill the simulated one and nothing else.

        Returns:
            The draft, and the region in which it takes effect, "" where it is unknown.
        """
        registered = about.system.region if about.system else ""
        # Here for every action: none has to remember to look at its own.
        manifest = action.MANIFEST
        check_params(manifest.name, manifest.params, wanted.params)
        if not about.drill:
            reader = self.reader(action)
            draft = action.plan(wanted.params, reader=reader)
            # Only some worlds have regions, and some of their calls have none.
            read_in = "" if is_global(draft) else getattr(reader, "region", "")
            return draft, str(read_in or registered)
        if self.rehearsal is None:
            raise NotAllowed(
                "Nothing was proposed",
                because="it is a drill, and nothing is simulated here",
                next_move="Say in the thread what you would do.",
            )
        played = self.rehearsal.action(wanted.action)
        world = self.rehearsal.world(wanted.incident)
        return played.plan(wanted.params, reader=world), registered

    def undoing(self, wanted: Wanted, done: Plan) -> Wanted:
        """Return what is wanted with the action and parameters that undo a plan.

        Raises:
            NotFound: There is no way back.
        """
        back = self._action(done.draft.rollback)
        params = self._action(done.draft.action).rollback(done.draft)
        return replace(wanted, action=back.MANIFEST.name, params=params or {})

    def asked(
        self,
        tx: Transaction,
        book: PlanBook,
        plan: Plan,
        by: Asker,
        verb: Verb,
        click: Click,
    ) -> GateFacts:
        """Return everything a decision about one person and one plan rests on."""
        facts = self.desk.facts(tx, book, plan, by, verb)
        # A plan is taken back also when its action is not there any more.
        found = self.catalogue.get(plan.draft.action)
        return replace(
            facts,
            click=click,
            door=Door.ADMIN if is_admin(by) else Door.SLACK,
            catalogued=found is not None,
            level=self.desk.derived(tx, plan, found.MANIFEST if found else None),
            # Asked only before a plan is put forward; then the hash pins the rules.
            groups=self.desk.needs(plan, self.desk.about(tx, plan.incident))
            if verb is Verb.PROPOSE
            else None,
        )

    def _action(self, name: str) -> Action:
        action = self.catalogue.get(name)
        if action is None:
            raise NotFound(
                "Nothing was proposed",
                because=f"there is no action {name!a}",
                next_move="Choose one from the list.",
            )
        return action


def _offer(
    name: str, action: Action, named: Mapping[str, str], *, drill: bool
) -> Offer:
    fields: Mapping[str, Mapping[str, Any]] = action.MANIFEST.params["properties"]
    kinds = {key: _FILLED_BY.get(key, "") for key in fields}
    known = {key: named[kind] for key, kind in kinds.items() if kind in named}
    return Offer(
        action=name,
        title=action.MANIFEST.title,
        params={key: _label(key, one) for key, one in fields.items()},
        known=known,
        entities=named,
        choices={
            key: tuple(one["enum"]) for key, one in fields.items() if "enum" in one
        },
        drill=drill,
    )


def _label(key: str, field: Mapping[str, Any]) -> str:
    """Return what stands beside a field: its description, as a sentence begins."""
    text = str(field.get("description") or key.replace("_", " "))
    return text[:1].upper() + text[1:]
