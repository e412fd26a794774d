"""The composition root: plain calls that put the house together.

Nothing is decided here, and nothing runs yet: what works in a house that stands is
`bot/house.py`.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ulid import ULID

from bot.aws.door import AwsDoor
from bot.checkpoints import Checkpoints
from bot.config import Settings, secret
from bot.domain.registry import Registry
from bot.gatehouse import GateHouse
from bot.house import House
from bot.intake import Intake
from bot.ports import Clock, Integration
from bot.readmodels import board
from bot.rulings import Rulings, read_rulings
from bot.service import Service
from bot.slack import plan_card
from bot.slack.late import LatePeople
from bot.slack.lines import SlackPresenter
from bot.slack.room import SlackRoom, SlackSettings
from bot.store.anchor import check_anchor
from bot.store.keyfile import FileKeys
from bot.store.leases import release_leases
from bot.store.sqlite import SqliteStore
from bot.store.tokenfile import token_text
from bot.viewing import Viewing
from bot.web.alerts import AlertsDoor, Sender
from bot.web.figures import Figures
from bot.web.gate import GateDoor
from bot.web.tokens import Guesses
from bot.wire_drill import DrillHouse, DrillNeeds, build_drills
from bot.wire_gate import GateNeeds, build_gate

STORE_FILE = "tocsin.db"
KEYS_DIRECTORY = "keys"


class SystemClock:
    """The machine's clock, aware UTC."""

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)  # noqa: TID251 - the one clock everybody is given


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What everything else stands on."""

    settings: Settings
    clock: SystemClock
    keys: FileKeys
    store: SqliteStore
    checkpoints: Checkpoints
    rulings: Rulings
    service: Service


def build(
    settings: Settings,
    *,
    slack: SlackSettings,
    registry: Registry,
    in_practice: bool,
    base_url: str,
) -> House:
    """Put the house together; nothing runs yet.

    Args:
        base_url: Where people's browsers reach the bot, without a slash at the end.

    Raises:
        BadSettings: A file of rules cannot be used.
        Tampered: The log does not follow from its newest anchored checkpoint.
    """
    ground = _ground(settings, registry)
    alert_came = threading.Event()
    board_figures = Figures(store=ground.store, open_incidents=board.open_by_severity)
    alerts_token = token_text(keys_file(settings, "alerts.token"))
    admin_token = _admin_token(settings)
    aws = AwsDoor(clock=ground.clock)
    people = LatePeople()
    gate = _gate(ground, people, aws, team=slack.team, in_practice=in_practice)
    door = _door(ground, board_figures, alert_came, alerts_token, admin_token)
    drills = _drills(ground, gate, slack, told=alert_came.set)
    room = _room(ground, gate, drills, slack)
    people.of = room.askers
    return House(
        store=ground.store,
        redactor=ground.rulings.redactor,
        service=ground.service,
        intake=_intake(ground.service, ground.rulings, channel=slack.channel),
        slack=room,
        gate=gate,
        aws=aws,
        checkpoints=ground.checkpoints,
        door=door,
        admin=_admin_door(ground, gate, door, team=slack.team),
        figures=board_figures,
        alert_came=alert_came,
        alerts_token=alerts_token,
        admin_token=admin_token,
        base_url=base_url,
        keepers=drills.keepers(),
        routes=drills.routes(admin_token=admin_token, guesses=door.guesses),
    )


def _admin_token(settings: Settings) -> str:
    given = secret(settings.web.admin_token)
    return given or token_text(keys_file(settings, "admin.token"))


def _room(
    ground: _Ground, gate: GateHouse, drills: DrillHouse, slack: SlackSettings
) -> SlackRoom:
    return SlackRoom(
        service=ground.service,
        settings=slack,
        gate=gate.gatekeeper,
        drills=drills.master,
    )


def _drills(
    ground: _Ground,
    gate: GateHouse,
    slack: SlackSettings,
    *,
    told: Callable[[], object],
) -> DrillHouse:
    return build_drills(
        DrillNeeds(
            settings=ground.settings,
            service=ground.service,
            rulings=ground.rulings,
            gate=gate.gatekeeper,
            channel=slack.channel,
            team=slack.team,
            told=told,
        )
    )


def _ground(settings: Settings, registry: Registry) -> _Ground:
    clock = SystemClock()
    keys = FileKeys(settings.home / KEYS_DIRECTORY)
    store = SqliteStore(settings.home / STORE_FILE)
    checkpoints = _checkpoints(settings, store, keys, clock)
    store.write(release_leases).result()
    rulings = read_rulings(settings, key=keys.placeholder_key(), registry=registry)
    return _Ground(
        settings=settings,
        clock=clock,
        keys=keys,
        store=store,
        checkpoints=checkpoints,
        rulings=rulings,
        service=_service(store, clock, keys, rulings),
    )


def _door(
    ground: _Ground,
    figures: Figures,
    alert_came: threading.Event,
    alerts_token: str,
    admin_token: str,
) -> AlertsDoor:
    integrations = ground.rulings.integrations
    return AlertsDoor(
        clock=ground.clock,
        keys=ground.keys,
        senders=_senders(ground.settings, integrations, default=alerts_token),
        accept=ground.service.accept,
        find=ground.service.find,
        waiting=lambda: figures.waiting,
        new_id=lambda at: f"al_{ULID.from_datetime(at)}",
        accepted=alert_came.set,
        admin_token=admin_token,
        guesses=Guesses(),
    )


def _admin_door(
    ground: _Ground, gate: GateHouse, alerts: AlertsDoor, *, team: str
) -> GateDoor:
    def redact(text: str, incident: str) -> str:
        return ground.rulings.redactor.redact(text, scope=incident).text

    return GateDoor(
        gate=gate.gatekeeper,
        clock=ground.clock,
        redact=redact,
        team=team,
        admin_token=alerts.admin_token,
        guesses=alerts.guesses,
    )


def _gate(
    ground: _Ground, people: LatePeople, aws: AwsDoor, *, team: str, in_practice: bool
) -> GateHouse:
    evidence = ground.settings.home / "evidence"

    def keep_evidence(plan: str, snapshot: bytes) -> None:
        evidence.mkdir(mode=0o700, exist_ok=True)
        sealed = ground.keys.seal(snapshot, about=f"evidence/{plan}")
        (evidence / f"{plan}.sealed").write_bytes(sealed)

    return build_gate(
        GateNeeds(
            settings=ground.settings,
            store=ground.store,
            keys=ground.keys,
            clock=ground.clock,
            checkpoints=ground.checkpoints,
            rulings=ground.rulings,
            people=people,
            team=team,
            in_practice=in_practice,
            aws=aws,
            draw=lambda view, token: plan_card.card(view, token=token),
            fits=plan_card.fits,
            keep_evidence=keep_evidence,
        )
    )


def _service(
    store: SqliteStore, clock: Clock, keys: FileKeys, rulings: Rulings
) -> Service:
    viewing = Viewing(
        clock=clock,
        registry=rulings.registry,
        category_titles=rulings.category_titles(),
    )
    return Service(
        store=store,
        clock=clock,
        keys=keys,
        redactor=rulings.redactor,
        presenter=SlackPresenter(reasons=rulings.reason_texts(), proposing=True),
        viewing=viewing,
    )


def keys_file(settings: Settings, name: str) -> Path:
    """Return where a key or token of this installation lies."""
    return settings.home / KEYS_DIRECTORY / name


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


def _intake(service: Service, rulings: Rulings, *, channel: str) -> Intake:
    return Intake(
        service=service,
        triage=rulings.understand,
        suggest=rulings.advise,
        runbooks={runbook.id: runbook for runbook in rulings.runbooks},
        channel=channel,
    )


def _senders(
    settings: Settings, integrations: Mapping[str, Integration], *, default: str
) -> dict[str, Sender]:
    """Return who may post: a source's own token, else the installation's."""
    senders: dict[str, Sender] = {}
    for name in integrations:
        given = settings.sources.get(name)
        token = secret(given.token) if given else ""
        path_secret = secret(given.path_secret) if given else ""
        senders[name] = Sender(
            token=token or ("" if path_secret else default), path_secret=path_secret
        )
    return senders
