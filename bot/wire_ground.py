"""What every part of the house stands on: clock, keys, log, rules, service, tokens.

The parts themselves are in `bot/wire_*.py`, and `bot/wire.py` puts them together.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

from bot.aws.door import AwsDoor
from bot.checkpoints import Checkpoints
from bot.clock import SystemClock
from bot.config import Settings, secret
from bot.definitions import record_definition
from bot.domain.registry import Registry
from bot.guards import Guards
from bot.ports import Clock
from bot.readmodels import board
from bot.roster import Roster
from bot.rulings import Rulings, read_rulings
from bot.service import Service
from bot.slack.lines import SlackPresenter
from bot.slack.room_settings import SlackSettings
from bot.store.anchor import check_anchor
from bot.store.evidence import EvidenceFiles
from bot.store.keyfile import FileKeys
from bot.store.leases import release_leases
from bot.store.sqlite import SqliteStore
from bot.store.tokenfile import token_text
from bot.storm import Storm
from bot.viewing import Viewing
from bot.web.figures import Figures
from bot.web.tokens import Guesses

STORE_FILE = "tocsin.db"
KEYS_DIRECTORY = "keys"
EVIDENCE_DIRECTORY = "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What everything else stands on.

    Attributes:
        base_url: Where people's browsers reach the bot, without a slash at the end.
        in_practice: There is no real Slack.
        alert_came: Set whenever something may lie in the inbox.
        guesses: Counts wrong admin tokens, for every door that takes one.
    """

    settings: Settings
    slack: SlackSettings
    base_url: str
    in_practice: bool
    clock: SystemClock
    keys: FileKeys
    evidence: EvidenceFiles
    store: SqliteStore
    checkpoints: Checkpoints
    rulings: Rulings
    roster: Roster
    guards: Guards
    viewing: Viewing
    service: Service
    aws: AwsDoor
    figures: Figures
    alert_came: threading.Event
    alerts_token: str
    admin_token: str
    guesses: Guesses


def lay_ground(
    settings: Settings,
    *,
    slack: SlackSettings,
    registry: Registry,
    in_practice: bool,
    base_url: str,
) -> Ground:
    """Open the store and read everything that decides.

    Raises:
        BadSettings: A file of rules cannot be used.
        Tampered: The log does not follow from its newest anchored checkpoint.
    """
    clock = SystemClock()
    keys = FileKeys(settings.home / KEYS_DIRECTORY)
    rulings = read_rulings(settings, key=keys.placeholder_key(), registry=registry)
    guards = Guards(rulings.redactor)
    store = SqliteStore(settings.home / STORE_FILE, guard=guards, renew=keys.renewed)
    checkpoints = _checkpoints(settings, store, keys, clock)
    store.write(release_leases).result()
    _record(rulings, store, clock)
    viewing = _viewing(settings, rulings, clock)
    return Ground(
        settings=settings,
        slack=slack,
        base_url=base_url,
        in_practice=in_practice,
        clock=clock,
        keys=keys,
        evidence=EvidenceFiles(settings.home / EVIDENCE_DIRECTORY, keys),
        store=store,
        checkpoints=checkpoints,
        rulings=rulings,
        roster=Roster(rulings.registry),
        guards=guards,
        viewing=viewing,
        service=_service(settings, store, keys, rulings, viewing),
        aws=AwsDoor(clock=clock),
        figures=Figures(store=store, open_incidents=board.open_by_severity),
        alert_came=threading.Event(),
        alerts_token=token_text(keys_file(settings, "alerts.token")),
        admin_token=secret(settings.web.admin_token)
        or token_text(keys_file(settings, "admin.token")),
        guesses=Guesses(),
    )


def _record(rulings: Rulings, store: SqliteStore, clock: Clock) -> None:
    """Have the log say what is taken for sensitive from now on."""
    definition, overlay = rulings.redactor.definition, rulings.texts.redaction
    record_definition(store, definition, overlay=overlay, clock=clock)


def _viewing(settings: Settings, rulings: Rulings, clock: Clock) -> Viewing:
    return Viewing(
        clock=clock,
        registry=rulings.registry,
        category_titles=rulings.category_titles(),
        together=rulings.grouping.together,
        asks_a_model=settings.model.writes_summaries,
    )


def keys_file(settings: Settings, name: str) -> Path:
    """Return where a key or token of this installation lies."""
    return settings.home / KEYS_DIRECTORY / name


def _service(
    settings: Settings,
    store: SqliteStore,
    keys: FileKeys,
    rulings: Rulings,
    viewing: Viewing,
) -> Service:
    given = {name: one.cards_per_10min for name, one in settings.sources.items()}
    budgets = {name: cards for name, cards in given.items() if cards is not None}
    return Service(
        store=store,
        clock=viewing.clock,
        keys=keys,
        redactor=rulings.redactor,
        presenter=SlackPresenter(
            reasons=rulings.reason_texts(), proposing=True, sharing=True
        ),
        viewing=viewing,
        storm=Storm(budgets=budgets, category_titles=rulings.category_titles()),
    )


def _checkpoints(
    settings: Settings, store: SqliteStore, keys: FileKeys, clock: Clock
) -> Checkpoints:
    made = Checkpoints(
        store=store,
        keys=keys,
        clock=clock,
        anchors=settings.store.anchors or settings.home / "anchors",
    )
    store.read(lambda tx: check_anchor(tx, made.anchors, made.vkey))
    return made
