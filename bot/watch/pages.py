"""Status pages of providers, asked every minute or so.

What a page says goes into the inbox as it came, and only when something happened. A
page that cannot be read is never an incident: it is asked less often and shown by
`tocsin doctor` and the figures. Which answers mean that something happened is
`bot/domain/status_page.py`.
"""

import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Any

from bot.domain.errors import Unreachable
from bot.domain.status_page import address_of, gist, going_on, is_summary, over
from bot.ports import Clock, Store, Transaction
from bot.ports.ask import Answer, Ask
from bot.watch import rows
from bot.watch.notices import Notices

SOURCE = "statuspage"
_MOST_BYTES = 1024 * 1024
_LONGEST_REST_S = 900
_LONGEST_ASKED_REST_S = 3600
_JITTER = 0.1
_OK, _NOT_MODIFIED = 200, 304
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Asks every page that is due.

    Attributes:
        pages: Known names or addresses, as the settings have them.
        every_s: How often a page is asked while it answers.
    """

    store: Store
    clock: Clock
    notices: Notices
    ask: Ask
    pages: Sequence[str]
    every_s: int

    def look(self, stop: Event) -> int:
        """Ask what is due, one page after another; return how many were asked."""
        known = self.store.read(lambda tx: rows.every(tx, rows.PAGES))
        asked = 0
        for page in self.pages:
            row = known.get(page, {})
            due = rows.to_time(row.get("next_at"))
            if stop.is_set() or (due is not None and self.clock.now() < due):
                continue
            self._one(page, row)
            asked += 1
        return asked

    def forget_others(self) -> None:
        """Forget the pages that are no longer asked."""

        def work(tx: Transaction) -> None:
            for page in set(rows.every(tx, rows.PAGES)) - set(self.pages):
                rows.forget(tx, rows.PAGES, page)

        self.store.write(work).result()

    def _one(self, page: str, row: Mapping[str, Any]) -> None:
        try:
            answer = self.ask(
                address_of(page), headers=_conditions(row), most_bytes=_MOST_BYTES
            )
        except Unreachable as error:
            self._failed(page, row, error.because)
            return
        if answer.status == _NOT_MODIFIED:
            self._answered(page, {**row, "problem": ""})
            return
        summary = _summary(answer)
        if is_summary(summary):
            self._read(page, row, answer, summary)
            return
        said = (
            "it is no summary"
            if answer.status == _OK
            else f"it answered {answer.status}"
        )
        self._failed(page, row, said, rest_s=_asked_rest(answer))

    def _read(
        self,
        page: str,
        row: Mapping[str, Any],
        answer: Answer,
        summary: Mapping[str, Any],
    ) -> None:
        now = rows.to_text(self.clock.now()) or ""
        found = gist(summary)
        seen = {
            **row,
            "etag": answer.headers.get("etag", ""),
            "modified": answer.headers.get("last-modified", ""),
            "problem": "",
        }
        if found == row.get("gist"):
            self._answered(page, seen)
            return
        ended = over(row.get("going_on", {}), summary, at=now)
        said = [answer.body, *(json.dumps(one).encode() for one in ended)]
        changed = {"gist": found, "changed_at": now, "going_on": going_on(summary)}
        self._answered(page, {**seen, **changed}, said)

    def _answered(
        self, page: str, row: Mapping[str, Any], said: Sequence[bytes] = ()
    ) -> None:
        """Remember an answer and what it said, in one transaction."""
        now = self.clock.now()
        if row.get("failures"):
            _log.info("status page %s answers again", page)
        rest = timedelta(seconds=self.every_s * _jitter())
        kept = {
            **row,
            "failures": 0,
            "asked_at": rows.to_text(now),
            "answered_at": rows.to_text(now),
            "next_at": rows.to_text(now + rest),
        }

        def work(tx: Transaction) -> None:
            for place, body in enumerate(said):
                key = f"{page} {kept['gist']} {kept['changed_at']} {place}"
                self.notices.put(tx, SOURCE, body, key=key)
            rows.keep(tx, rows.PAGES, page, kept)

        self.store.write(work).result()
        if said:
            self.notices.told()

    def _failed(
        self, page: str, row: Mapping[str, Any], because: str, *, rest_s: int = 0
    ) -> None:
        """Remember that it did not answer, and ask less often; said once in the log."""
        now, failures = self.clock.now(), int(row.get("failures", 0)) + 1
        if failures == 1:
            _log.warning("status page %s is not read: %s", page, because)
        doubled = self.every_s * 2 ** min(failures, 10)
        rest = max(min(doubled, _LONGEST_REST_S), rest_s) * _jitter()
        kept = {
            **row,
            "failures": failures,
            "problem": because,
            "asked_at": rows.to_text(now),
            "next_at": rows.to_text(now + timedelta(seconds=rest)),
        }
        self.store.write(lambda tx: rows.keep(tx, rows.PAGES, page, kept)).result()


def _conditions(row: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the headers that let a page answer that nothing has changed."""
    headers = {"Accept": "application/json"}
    if row.get("etag"):
        headers["If-None-Match"] = row["etag"]
    if row.get("modified"):
        headers["If-Modified-Since"] = row["modified"]
    return headers


def _summary(answer: Answer) -> object:
    if answer.status != _OK:
        return None
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _asked_rest(answer: Answer) -> int:
    """Return for how long a page itself asks to be left alone, in seconds."""
    text = answer.headers.get("retry-after", "")
    is_number = text.isascii() and text.isdigit() and len(text) < len(str(10**9))
    return min(int(text), _LONGEST_ASKED_REST_S) if is_number else 0


def _jitter() -> float:
    """Return about 1, so that installations do not ask in step."""
    return 1 - _JITTER + 2 * _JITTER * secrets.randbelow(1000) / 1000
