"""Puts sharing together; `bot/wire.py` does the rest of the house.

Nothing is decided here. Without an account a bundle still holds the alerts.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ulid import ULID

from bot.config import Settings
from bot.house import House, Worker
from bot.jobs import Fire
from bot.ports import Clock, Collector, Keys, Store
from bot.redact import Redactor
from bot.shares.book import EXPIRE, LAPSE, ShareBook, Show
from bot.shares.desk import ShareDesk
from bot.shares.diagnostics import Diagnostics
from bot.shares.house import ShareHouse
from bot.shares.vault import ShareVault
from bot.sharing import proof, seal
from bot.sharing.crew import Crew
from bot.sharing.gathering import Gathering
from bot.slack.share_voice import SlackShareVoice
from bot.store.blobs import FileBlobs
from bot.store.sharekeys import SqliteShareKeys
from bot.web.shares import SharesDoor
from bot.web.tokens import Guesses
from bot.web.viewer_files import is_built

KEYS_FILE = "keys.db"
BLOBS_DIRECTORY = "blobs"
_NONCE_LABEL = b"tocsin.share.nonces.v1"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingNeeds:
    """What sharing takes from the house.

    Attributes:
        collectors: What integrations collect, by name.
        reader: Makes a session that can only read.
        base_url: Where people's browsers reach the bot.
        show: Draws an incident's card again.
    """

    settings: Settings
    store: Store
    keys: Keys
    clock: Clock
    redactor: Redactor
    collectors: Mapping[str, Collector]
    reader: Callable[[], Any]
    base_url: str
    admin_token: str
    guesses: Guesses
    show: Show


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The parts that the house needs of sharing."""

    desk: ShareDesk
    house: ShareHouse
    door: SharesDoor

    def join(self, house: House) -> None:
        """Add the thread, the timers, the doors and the seal to a house."""
        woken = self.desk.woken
        worker = Worker(name="sharing", run_until=self.house.run_until, wake=woken.set)
        house.workers = (*house.workers, worker)
        keepers: Mapping[str, Fire] = dict.fromkeys((EXPIRE, LAPSE), self.house.fire)
        house.keepers = {**house.keepers, **keepers}
        house.routes = (*house.routes, *self.door.routes())
        house.seal = self.desk.vault.put


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
    vault = _vault(needs, ShareBook(clock=needs.clock, voice=voice, show=needs.show))
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
    return Sharing(desk=desk, house=house, door=door)


def _vault(needs: SharingNeeds, book: ShareBook) -> ShareVault:
    home = needs.settings.home
    nonce_key = hashlib.sha256(_NONCE_LABEL + needs.keys.placeholder_key()).digest()
    return ShareVault(
        store=needs.store,
        book=book,
        keys=needs.keys,
        share_keys=SqliteShareKeys(home / KEYS_FILE),
        blobs=FileBlobs(home / BLOBS_DIRECTORY),
        nonces=proof.Nonces(nonce_key),
        new_id=lambda prefix: f"{prefix}{ULID.from_datetime(needs.clock.now())}",
        base_url=needs.base_url,
    )
