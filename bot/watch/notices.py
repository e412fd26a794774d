"""How a watcher tells: a payload in the inbox, kept in the same transaction.

So a notice is never lost and never told twice: what the watcher remembers and what it
told are one commit. What becomes of it is the business of the intake.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from ulid import ULID

from bot.ports import Clock, Keys, Lane, Payload, Received, Transaction
from bot.sealing import seal_payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Puts payloads of our own into the inbox.

    Attributes:
        told: Called by a watcher once its notices are on disk, to wake the intake.
    """

    clock: Clock
    keys: Keys
    told: Callable[[], object]

    def put(
        self, tx: Transaction, source: str, body: bytes, *, key: str
    ) -> tuple[str, bool]:
        """Keep a payload; return its id, and whether it was here before.

        Args:
            source: The integration that will read it.
            key: Equal for the same fact.
        """
        now = self.clock.now()
        alert_id = f"al_{ULID.from_datetime(now)}"
        headers = {"content-type": "application/json"}
        payload = Payload(body=body, headers=headers, received_at=now)
        return tx.inbox.put(
            Received(
                id=alert_id,
                lane=Lane.ALERTS,
                source=source,
                key=f"{source} {key}",
                received_at=now,
                sealed=seal_payload(self.keys, payload, item=alert_id),
            )
        )

    def tell(self, tx: Transaction, source: str, said: Mapping[str, Any]) -> None:
        """Keep a notice of our own words; the same one is kept once."""
        body = orjson.dumps(dict(said), option=orjson.OPT_SORT_KEYS)
        about = said.get("about") or f"{said.get('system')}/{said.get('name')}"
        self.put(tx, source, body, key=f"{about} {said['event']} {said['at']}")
