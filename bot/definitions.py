"""Writes into the log which definition of sensitive data is in force.

Once when the bot starts with another one than before, so that it can always be said
by which definition a text was masked. What the definition is, is in `bot/redact`.
"""

import hashlib

from bot.domain.codec import decode_definition, encode
from bot.domain.definition_events import DefinitionInForce
from bot.domain.untrusted import Untrusted
from bot.ports import Clock, NewEntry, Store, Transaction
from bot.readmodels.definitions import STREAM
from bot.redact import Definition

_TOCSIN = "tocsin"


def record_definition(
    store: Store, definition: Definition, *, overlay: str, clock: Clock
) -> bool:
    """Append the definition if it differs from the last one; return whether it did.

    Args:
        overlay: Text of the site's file, "" for none.
    """
    rules = [rule for rule in definition.rules if not rule.kept]
    event = DefinitionInForce(
        version=definition.version,
        digest=definition.digest,
        rules=len(rules),
        kinds=len({rule.kind for rule in rules}),
        overlay=hashlib.sha256(overlay.encode()).hexdigest() if overlay else "",
        kept=tuple(sorted(definition.kept_because)),
        owner=Untrusted(definition.owner),
    )

    def work(tx: Transaction) -> bool:
        entries = tx.log.load(STREAM)
        if entries:
            last = entries[-1]
            before = decode_definition(last.kind, last.body, last.words)
            if before.digest == event.digest:
                return False
        kind, body, words = encode(event)
        entry = NewEntry(
            kind=kind, at=clock.now(), actor=_TOCSIN, body=body, words=words
        )
        tx.log.append(STREAM, expected_version=len(entries), entries=[entry])
        return True

    return store.write(work).result()
