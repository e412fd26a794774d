"""Writes into the log which definition of sensitive data is in force.

Once when the bot starts with another one than before, so that it can always be said
by which definition a text was masked. What the definition is, is in `bot/redact`.
"""

from bot.domain.codec import decode_definition, encode
from bot.domain.definition_events import DefinitionInForce
from bot.ports import Clock, NewEntry, Store, Transaction
from bot.redact import Definition, load_definition

STREAM = "definition/redaction"
_TOCSIN = "tocsin"


def record_definition(store: Store, definition: Definition, *, clock: Clock) -> bool:
    """Append the definition if it differs from the last one; return whether it did."""
    event = DefinitionInForce(
        version=definition.version,
        digest=definition.digest,
        rules=sum(not rule.kept for rule in definition.rules),
        overlaid=definition.digest != load_definition().digest,
        kept=tuple(sorted(definition.kept_because)),
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
