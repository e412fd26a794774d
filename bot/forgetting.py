"""Lets what was learned about a runbook count no more, on the record.

An entry in the log says who asked and why; the rows go in the same transaction. The log
keeps every judgement that was counted before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.codec import encode
from bot.domain.errors import BadRequest
from bot.domain.judging_events import HistoryForgotten
from bot.domain.untrusted import Untrusted
from bot.ports import Clock, NewEntry, Store, Transaction
from bot.readmodels import history
from bot.redact import Redactor

_NOTHING = "Nothing was forgotten"
_LONGEST = 500
_RUNBOOK = re.compile(r"RB-[0-9]{2,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """Forgets what was learned."""

    store: Store
    clock: Clock
    redactor: Redactor

    def forget(self, runbook: str, because: str, by: str) -> Mapping[str, Any]:
        """Forget what was learned about a runbook, in every category.

        Args:
            because: Why, as it was typed; it is kept masked.
            by: Who asks: ``admin`` is the holder of the admin token.

        Raises:
            BadRequest: It is no runbook, or no reason was given.
        """
        runbook = runbook.strip().upper()
        if not _RUNBOOK.fullmatch(runbook):
            raise BadRequest(
                _NOTHING,
                because="what was named is no runbook",
                next_move="Name one as in `tocsin runbooks list`, e.g. RB-02.",
            )
        if not because.strip():
            raise BadRequest(
                _NOTHING,
                because="no reason was given",
                next_move="Say why with --because; it goes into the log.",
            )
        said = self.redactor.redact(because.strip()[:_LONGEST]).text
        event = HistoryForgotten(runbook=runbook, by=by, reason=Untrusted(said))
        seq = self.store.write(lambda tx: self._append(tx, event)).result()
        return {"runbook": runbook, "by": by, "seq": seq}

    def _append(self, tx: Transaction, event: HistoryForgotten) -> int:
        kind, body, words = encode(event)
        entry = NewEntry(
            kind=kind, at=self.clock.now(), actor=event.by, body=body, words=words
        )
        version = tx.log.version(history.STREAM)
        kept = tx.log.append(history.STREAM, expected_version=version, entries=[entry])
        history.forget(tx, event)
        return kept[0].seq
