"""Puts sharing together; `bot/wire.py` does the rest of the house.

Nothing is decided here. Without an account a bundle still holds the alerts.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ulid import ULID

from bot.config import Settings
from bot.domain.share_limits import MIB
from bot.house import House, Worker
from bot.jobs import Fire, Job
from bot.ports import Clock, Collector, Store, Transaction
from bot.redact import Redactor
from bot.rotation import Rotation
from bot.shares.book import EXPIRE, LAPSE, ShareBook, Show, sweep_lag
from bot.shares.desk import ShareDesk
from bot.shares.diagnostics import Diagnostics
from bot.shares.holders import Holders, Look
from bot.shares.house import ShareHouse
from bot.shares.keyring import Keyring
from bot.shares.refusals import Refusals
from bot.shares.vault import ShareVault
from bot.sharing import proof, seal
from bot.sharing.crew import Crew
from bot.sharing.gathering import Gathering
from bot.slack.share_refusals import SlackRefusalVoice
from bot.slack.share_voice import SlackShareVoice
from bot.store.keyfile import FileKeys
from bot.store.sharekeys import SqliteShareKeys
from bot.web.figures import Family
from bot.web.keys import KeysDoor
from bot.web.shares import SharesDoor
from bot.web.tokens import Guesses
from bot.web.viewer_files import is_built
from bot.wire_storage import Storage, on_this_machine

KEYS_FILE = "keys.db"
SWEEP_EVERY_S = 30
_NONCE_LABEL = b"tocsin.share.nonces.v1"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingNeeds:
    """What sharing takes from the house.

    Attributes:
        collectors: What integrations collect, by name.
        reader: Makes a session that can only read.
        redactor: Returns what redacts at the time.
        base_url: Where people's browsers reach the bot.
        look: Tells who somebody is, at most a minute old.
        show: Draws an incident's card again.
        storage: Where things lie; None for this machine.
        renew_evidence: Seals snapshots of evidence with the newest key.
    """

    settings: Settings
    store: Store
    keys: FileKeys
    clock: Clock
    redactor: Callable[[], Redactor]
    collectors: Mapping[str, Collector]
    reader: Callable[[], Any]
    base_url: str
    admin_token: str
    guesses: Guesses
    look: Look
    show: Show
    storage: Storage | None = None
    renew_evidence: Callable[[], int] = int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The parts that the house needs of sharing."""

    desk: ShareDesk
    house: ShareHouse
    door: SharesDoor
    keys: KeysDoor

    def join(self, house: House) -> None:
        """Add the thread, the timers, the doors and the seal to a house."""
        woken = self.desk.woken
        worker = Worker(name="sharing", run_until=self.house.run_until, wake=woken.set)
        house.workers = (*house.workers, worker)
        keepers: Mapping[str, Fire] = dict.fromkeys((EXPIRE, LAPSE), self.house.fire)
        house.keepers = {**house.keepers, **keepers}
        house.routes = (*house.routes, *self.door.routes(), *self.keys.routes())
        house.jobs = (*house.jobs, self._sweeper())
        house.figures.more.append(self._lag)
        house.seal = self.desk.vault.receive
        house.rotate = self.keys.rotate

    def _sweeper(self) -> Job:
        return Job(name="shares", every_s=SWEEP_EVERY_S, work=self.house.sweep)

    def _lag(self, tx: Transaction) -> Sequence[Family]:
        """Return by how much the sweeping is behind."""
        lag = sweep_lag(tx, self.desk.vault.book.clock.now()).total_seconds()
        return (
            Family(
                name="tocsin_shares_sweep_lag_seconds",
                help="Age of the oldest share that is over and not destroyed, or 0.",
                labels=(),
                values={(): lag},
            ),
        )


def build_sharing(needs: SharingNeeds) -> Sharing:
    """Put sharing together; nothing runs yet.

    Raises:
        BadSettings: The organisation's recipient is none.
    """
    web = needs.settings.web
    if web.share_recipient:
        seal.read_recipient(web.share_recipient)
    if not is_built():
        _log.error(
            "the page that opens sealed diagnostics is missing; run `make setup`"
        )
    voice = SlackShareVoice()
    vault = _vault(needs, _book(needs, voice))
    desk = ShareDesk(vault=vault, voice=voice)
    house = ShareHouse(
        desk=desk,
        diagnostics=Diagnostics(
            store=needs.store,
            redactor=needs.redactor,
            gathering=Gathering(
                collectors=needs.collectors,
                reader=needs.reader,
                clock=needs.clock,
                crew=Crew(),
            ),
        ),
        opens=web.share_opens,
        life_s=web.share_ttl_min * 60,
        recipient=web.share_recipient,
    )
    door = SharesDoor(
        links=vault,
        clock=needs.clock,
        admin_token=needs.admin_token,
        guesses=needs.guesses,
    )
    return Sharing(desk=desk, house=house, door=door, keys=_keys_door(needs, vault))


def _keys_door(needs: SharingNeeds, vault: ShareVault) -> KeysDoor:
    rotation = Rotation(
        store=needs.store,
        keys=needs.keys,
        keyring=vault.keyring,
        context_of=vault.context,
        renew_evidence=needs.renew_evidence,
    )
    return KeysDoor(
        rotate=rotation.run,
        clock=needs.clock,
        admin_token=needs.admin_token,
        guesses=needs.guesses,
    )


def _book(needs: SharingNeeds, voice: SlackShareVoice) -> ShareBook:
    refusals = Refusals(
        clock=needs.clock,
        voice=SlackRefusalVoice(),
        security_channel=needs.settings.slack.security_channel,
    )
    return ShareBook(clock=needs.clock, voice=voice, refusals=refusals, show=needs.show)


def _vault(needs: SharingNeeds, book: ShareBook) -> ShareVault:
    home = needs.settings.home
    storage = needs.storage or on_this_machine(home, needs.keys)
    nonce_key = hashlib.sha256(_NONCE_LABEL + needs.keys.placeholder_key()).digest()
    return ShareVault(
        store=needs.store,
        book=book,
        keys=needs.keys,
        keyring=Keyring(
            rows=SqliteShareKeys(home / KEYS_FILE), wrapping=storage.wrapping
        ),
        blobs=storage.blobs,
        nonces=proof.Nonces(nonce_key),
        holders=Holders(store=needs.store, look=needs.look),
        new_id=lambda prefix: f"{prefix}{ULID.from_datetime(needs.clock.now())}",
        base_url=needs.base_url,
        most_bytes=needs.settings.web.share_limit_mib * MIB,
    )
