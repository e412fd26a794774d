"""Puts the gate together; `bot/wire.py` does the rest of the house.

Nothing is decided here. Without an account and without Slack's people the parts
stand all the same: then nothing can be read, so nothing can be approved or run.
"""

import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ulid import ULID

from bot.checkpoints import Checkpoints
from bot.config import Settings
from bot.domain.freeze_events import FreezeEvent
from bot.domain.gate_rules import GateRules, Mode
from bot.domain.plan_view import PlanView
from bot.gate.catalogue import cutting, load_actions, with_site
from bot.gate.executor import Executor
from bot.gate.groups import GroupNames
from bot.gate.judge import Judge
from bot.gate.policy import Policy
from bot.gate.rehearsal import Rehearsal, wrapped
from bot.gate.tokens import Tokens
from bot.gate.worlds import Worlds
from bot.plans.book import PlanBook
from bot.plans.desk import PlanDesk
from bot.plans.freezing import Freezer
from bot.plans.gatekeeper import Gatekeeper
from bot.plans.house import GateHouse
from bot.plans.journal import PlanJournal
from bot.plans.planning import Planning
from bot.plans.proposing import Proposing
from bot.ports import Clock, Keys, Post, Store
from bot.ports.action import Action
from bot.ports.gate import People
from bot.rulings import Rulings
from bot.store.checkpoint import verify_note
from bot.store.merkle import is_included, leaf_hash
from bot.wire_limits import calendar_of, holds_of

_TOKEN_LABEL = b"tocsin.plan.buttons.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateNeeds:
    """What the gate takes from the house.

    Attributes:
        team: Slack workspace whose people may decide.
        worlds: What plans may change, and how each is read.
        in_practice: There is no real Slack: then the gate may act by default.
        draw: Makes a plan's card; the second argument signs its buttons.
        fits: Whether a whole plan fits on one card.
        alarm: Makes the message that the glass was broken, if a channel wants it.
        keep_evidence: Saves a snapshot sealed, by plan id.
        not_as_promised: Makes the message that a figure did not follow.
        site: Actions that the site describes itself.
        tell_freeze: Makes the message about a freeze.
        tell_switch: Makes the message that everything was stopped, or goes on.
    """

    settings: Settings
    store: Store
    keys: Keys
    clock: Clock
    checkpoints: Checkpoints
    rulings: Rulings
    people: People
    team: str
    in_practice: bool
    worlds: Worlds
    draw: Callable[[PlanView, str], Post]
    fits: Callable[[PlanView], bool]
    alarm: Callable[[PlanView], Post | None]
    keep_evidence: Callable[[str, bytes], None]
    not_as_promised: Callable[[PlanView], Post | None] = lambda _: None
    site: Sequence[Action] = ()
    tell_freeze: Callable[[FreezeEvent], Post | None] = lambda _: None
    tell_switch: Callable[[bool, str, datetime], Post | None] = lambda *_: None


def build_gate(needs: GateNeeds) -> GateHouse:
    """Put the gate together; nothing runs yet.

    Raises:
        BadSettings: A policy or an action cannot be used.
    """
    rules = _rules(needs)
    book = PlanBook(clock=needs.clock, rules=rules)
    policy = Policy.load(needs.settings.gate.site)
    registry = needs.rulings.registry
    catalogue = with_site(load_actions(), needs.site)
    calendar = calendar_of(needs.settings, registry, catalogue)
    judge = Judge(
        policy=policy,
        rules=rules,
        workspace=needs.team,
        hours=calendar.hours,
        groups=GroupNames(needs.settings.gate.groups),
        cutting=cutting(catalogue),
    )
    desk = PlanDesk(
        judge=judge,
        registry=registry,
        holding=holds_of(needs.settings, registry, calendar),
        draw=needs.draw,
        fits=needs.fits,
        alarm=needs.alarm,
        not_as_promised=needs.not_as_promised,
        tell_switch=needs.tell_switch,
    )
    tokens = Tokens(_derived(needs.keys))
    journal = PlanJournal(
        store=needs.store,
        book=book,
        desk=desk,
        people=needs.people,
        token=tokens.of,
        note=_note(needs.checkpoints.vkey),
        path=_leads,
        catalogue=catalogue,
    )
    return _house(needs, catalogue, desk=desk, tokens=tokens, journal=journal)


def _house(
    needs: GateNeeds,
    catalogue: Mapping[str, Action],
    *,
    desk: PlanDesk,
    tokens: Tokens,
    journal: PlanJournal,
) -> GateHouse:
    needs.worlds.check(catalogue)
    rehearsal = Rehearsal(store=needs.store, actions=wrapped(catalogue))
    woken = threading.Event()

    def cleared() -> None:
        needs.checkpoints.sign_if_dirty()
        woken.set()

    planning = _planning(needs, desk, catalogue, rehearsal)
    freezer = _freezer(needs, planning, journal.book, tokens, cleared)
    return GateHouse(
        gatekeeper=_gatekeeper(needs, planning, journal.book, tokens, cleared, freezer),
        journal=journal,
        executor=Executor(
            worker=f"w-{secrets.token_hex(6)}",
            journal=journal,
            catalogue=catalogue,
            reader=needs.worlds.reader,
            mint=needs.worlds.for_plan,
            keep_evidence=needs.keep_evidence,
            rehearsal=rehearsal,
        ),
        sign=needs.checkpoints.sign_if_dirty,
        turn=freezer.turn,
        woken=woken,
    )


def _gatekeeper(
    needs: GateNeeds,
    planning: Planning,
    book: PlanBook,
    tokens: Tokens,
    cleared: Callable[[], None],
    freezer: Freezer,
) -> Gatekeeper:
    return Gatekeeper(
        store=needs.store,
        book=book,
        desk=planning.desk,
        planning=planning,
        proposing=Proposing(
            store=needs.store,
            book=book,
            desk=planning.desk,
            planning=planning,
            new_id=lambda item: _plan_id(needs, item),
            token=tokens.of,
        ),
        tokens=tokens,
        cleared=cleared,
        freezing=freezer,
    )


def _freezer(
    needs: GateNeeds,
    planning: Planning,
    book: PlanBook,
    tokens: Tokens,
    cleared: Callable[[], None],
) -> Freezer:
    return Freezer(
        store=needs.store,
        book=book,
        desk=planning.desk,
        token=tokens.of,
        thawed=cleared,
        tell=needs.tell_freeze,
    )


def _planning(
    needs: GateNeeds,
    desk: PlanDesk,
    catalogue: Mapping[str, Action],
    rehearsal: Rehearsal,
) -> Planning:
    return Planning(
        store=needs.store,
        desk=desk,
        catalogue=catalogue,
        reader=needs.worlds.reader,
        offered=needs.worlds.offers,
        rehearsal=rehearsal,
    )


def _rules(needs: GateNeeds) -> GateRules:
    given = needs.settings.gate.mode
    default = Mode.ACT if needs.in_practice else Mode.OBSERVE
    mode = Mode(given) if given else default
    gate, standard = needs.settings.gate, GateRules()
    longest = timedelta(seconds=gate.approve_within_s)
    return GateRules(
        mode=mode,
        own_t3=gate.own_t3,
        approve_within={
            level: min(window, longest)
            for level, window in standard.approve_within.items()
        },
        apply_within=timedelta(seconds=gate.apply_within_s),
    )


def _plan_id(needs: GateNeeds, item: str) -> str:
    """Return a new id; for an inbox item always the same one."""
    found = needs.store.read(lambda tx: tx.inbox.find(item)) if item else None
    if found is None:
        return f"pl_{ULID.from_datetime(needs.clock.now())}"
    at_ms = int(found.received_at.timestamp() * 1000)
    random = hashlib.sha256(item.encode()).digest()[:10]
    return f"pl_{ULID.from_bytes(at_ms.to_bytes(6, 'big') + random)}"


def _derived(keys: Keys) -> bytes:
    """Return the key of the buttons: another one than that of the placeholders."""
    return hashlib.sha256(_TOKEN_LABEL + keys.placeholder_key()).digest()


def _note(vkey: str) -> Callable[[str], tuple[int, bytes]]:
    def check(text: str) -> tuple[int, bytes]:
        found = verify_note(text, vkey)
        return found.size, found.root

    return check


def _leads(
    leaf: bytes, seq: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    return is_included(leaf_hash(leaf), seq, size=size, root=root, path=path)
