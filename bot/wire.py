"""The composition root: plain calls that put the house together.

Nothing is decided here, and nothing runs yet: what works in a house that stands is
`bot/house.py`.
"""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from ulid import ULID

from bot.checkpoints import Checkpoints
from bot.config import Settings, secret
from bot.domain.registry import Registry
from bot.house import House
from bot.intake import Intake
from bot.ports import Clock, Integration
from bot.readmodels import board
from bot.rulings import Rulings, read_rulings
from bot.service import Service
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
from bot.web.tokens import Guesses

STORE_FILE = "tocsin.db"
KEYS_DIRECTORY = "keys"


class SystemClock:
    """The machine's clock, aware UTC."""

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)  # noqa: TID251 - the one clock everybody is given


def build(settings: Settings, *, slack: SlackSettings, registry: Registry) -> House:
    """Put the house together; nothing runs yet.

    Raises:
        BadSettings: A file of rules cannot be used.
        Tampered: The log does not follow from its newest anchored checkpoint.
    """
    clock = SystemClock()
    keys = FileKeys(settings.home / KEYS_DIRECTORY)
    store = SqliteStore(settings.home / STORE_FILE)
    checkpoints = _checkpoints(settings, store, keys, clock)
    store.write(release_leases).result()
    rulings = read_rulings(settings, key=keys.placeholder_key(), registry=registry)
    service = _service(store, clock, keys, rulings)
    alert_came = threading.Event()
    figures = Figures(store=store, open_incidents=board.open_by_severity)
    alerts_token = token_text(keys_file(settings, "alerts.token"))
    admin_token = secret(settings.web.admin_token) or token_text(
        keys_file(settings, "admin.token")
    )
    door = AlertsDoor(
        clock=clock,
        keys=keys,
        senders=_senders(settings, rulings.integrations, default=alerts_token),
        accept=service.accept,
        find=service.find,
        waiting=lambda: figures.waiting,
        new_id=lambda at: f"al_{ULID.from_datetime(at)}",
        accepted=alert_came.set,
        admin_token=admin_token,
        guesses=Guesses(),
    )
    return House(
        store=store,
        redactor=rulings.redactor,
        service=service,
        intake=_intake(service, rulings, channel=slack.channel),
        slack=SlackRoom(service=service, settings=slack),
        checkpoints=checkpoints,
        door=door,
        figures=figures,
        alert_came=alert_came,
        alerts_token=alerts_token,
        admin_token=admin_token,
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
        presenter=SlackPresenter(reasons=rulings.reason_texts()),
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
