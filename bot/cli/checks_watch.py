"""What `tocsin doctor` says of the watchers: who called, which page and figure is read.

It reads what the running bot remembers, and asks nobody. The other checks are in
`checks.py`.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.cli.checks import OK, WARN, Check
from bot.cli.opening import STORE_FILE
from bot.cli.registry import registry_of
from bot.config import Settings, secret
from bot.config.sources import Source
from bot.domain.registry import System
from bot.domain.watched import Baseline, CloudWatchFigure
from bot.watch import rows
from bot.watch.figures import number, span
from bot.watch.learning import learned_of
from bot.watch.pages import SOURCE
from bot.watch.pulse import KEY
from bot.wire_watch import promises

Rows = Mapping[str, Mapping[str, Any]]
# Several looks without a figure, not one that came late.
_MISSED_LOOKS = 15
_MISSED_BEATS = 3


def look(settings: Settings) -> Iterator[Check]:
    """Return what is known of every heartbeat, page and figure that is configured."""
    kept = _kept(settings)
    now = datetime.now(UTC)  # noqa: TID251 - the check is about now
    yield from _heartbeats(settings, kept[rows.HEARTBEATS], now)
    pages = settings.sources[SOURCE].pages if SOURCE in settings.sources else ()
    for page in pages:
        yield _page(page, kept[rows.PAGES].get(page, {}), now)
    for system in registry_of(settings).systems:
        for one in system.baselines:
            key = f"{system.id}/{one.name}"
            found = _figure(system, one, kept[rows.FIGURES].get(key, {}), now)
            yield _without_account(found) if _is_blind(settings, one) else found
    yield _own(settings, kept[rows.PULSE].get(KEY, {}), now)


def _kept(settings: Settings) -> Mapping[str, Rows]:
    from bot.store.sqlite import SqliteStore

    watchers = (rows.HEARTBEATS, rows.PAGES, rows.FIGURES, rows.PULSE)
    path = settings.home / STORE_FILE
    if not path.exists():
        return {watcher: {} for watcher in watchers}
    store = SqliteStore(path, read_only=True)
    try:
        return store.read(lambda tx: {one: rows.every(tx, one) for one in watchers})
    finally:
        store.close()


def _heartbeats(settings: Settings, kept: Rows, now: datetime) -> Iterator[Check]:
    for source, promise in promises(settings.sources).items():
        name, row = f"heartbeat {source}", kept.get(source, {})
        last = rows.to_time(row.get("last_beat"))
        said = f"last call {_ago(last, now)}" if last else "it has never called"
        says = f"{said}; promised every {_span(promise.every)}"
        if last is not None and not row.get("silent_since"):
            yield Check(name=name, state=OK, says=says)
            continue
        yield Check(
            name=name,
            state=WARN,
            says=f"silent: {says}" if row.get("silent_since") else says,
            next_move=f"Look whether it runs, and posts to /alerts/{source} or "
            f"/heartbeats/{source}.{_how(settings.sources[source])}",
        )


def _how(given: Source) -> str:
    """Return what one that signs its alerts, which a heartbeat cannot be, lacks."""
    signs = given.secret is not None or given.topics
    if not signs or secret(given.token) or secret(given.path_secret):
        return ""
    return " It signs its alerts: for heartbeats it needs a token of its own."


def _page(page: str, row: Mapping[str, Any], now: datetime) -> Check:
    name, failures = f"status page {page}", row.get("failures", 0)
    answered = rows.to_time(row.get("answered_at"))
    if failures:
        said = f"last read {_ago(answered, now)}" if answered else "it was never read"
        return Check(
            name=name,
            state=WARN,
            says=f"not read {failures} times in a row: {row.get('problem')}; {said}",
            next_move="Open its /api/v2/summary.json in a browser; a redirect is not "
            "followed.",
        )
    if answered is None:
        return Check(name=name, state=OK, says="not looked at yet; it is once we run")
    return Check(name=name, state=OK, says=f"read {_ago(answered, now)}")


def _figure(
    system: System, one: Baseline, row: Mapping[str, Any], now: datetime
) -> Check:
    name, known = f"baseline {system.id}/{one.name}", learned_of(row)
    if row.get("problem"):
        return Check(
            name=name,
            state=WARN,
            says=f"it cannot be read: {row['problem']}",
            next_move="Correct it in the registry, or the rights to read it.",
        )
    last = known.last
    if not row:
        return Check(name=name, state=OK, says="not looked at yet; it is once we run")
    newest = timedelta(seconds=_MISSED_LOOKS * one.step_s)
    if last is None or now - last.at > newest:
        said = (
            f"it has no data since {_ago(last.at, now)}" if last else "it has no data"
        )
        return Check(
            name=name,
            state=WARN,
            says=said,
            next_move="Compare namespace, metric and all dimensions, or the query, "
            "with what is recorded.",
        )
    if known.band is None:
        says = f"warming up: {len(known.first) or known.overall.count} of {one.warm_up}"
        return Check(name=name, state=OK, says=f"{says} points")
    value = f"{number(last.value)} {one.unit}".strip()
    state = f"{known.unusual} its band: " if known.unusual else ""
    return Check(
        name=name, state=OK, says=f"{value}, {state}{span(known.band)} is usual"
    )


def _is_blind(settings: Settings, one: Baseline) -> bool:
    """Tell whether a figure of CloudWatch has no account that it could be read from."""
    practice = not secret(settings.slack.bot_token) and settings.practice.cloud
    has_account = practice or bool(settings.aws.region)
    return isinstance(one.source, CloudWatchFigure) and not has_account


def _without_account(found: Check) -> Check:
    return Check(
        name=found.name,
        state=WARN,
        says="it is not looked at: no AWS account is set",
        next_move="Set aws.region; docs/guides/aws.md says which role it needs.",
    )


def _own(settings: Settings, row: Mapping[str, Any], now: datetime) -> Check:
    name = "own heartbeat"
    if not secret(settings.server.heartbeat_url):
        return Check(
            name=name,
            state=WARN,
            says="nobody notices when Tocsin itself stops",
            next_move="Set server.heartbeat_url; docs/guides/watch.md says to what.",
        )
    sent = rows.to_time(row.get("sent_at"))
    every = timedelta(minutes=settings.server.heartbeat_min)
    if sent is not None and now - sent <= every * _MISSED_BEATS:
        return Check(name=name, state=OK, says=f"sent {_ago(sent, now)}")
    return Check(
        name=name,
        state=WARN,
        says=f"last sent {_ago(sent, now)}" if sent else "it was never sent",
        next_move="Start the bot, or look into its log for what is stuck.",
    )


def _ago(at: datetime | None, now: datetime) -> str:
    return f"{_span(now - at)} ago" if at else "never"


def _span(time: timedelta) -> str:
    seconds = max(round(time.total_seconds()), 0)
    if seconds < 120:  # noqa: PLR2004 - two minutes
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"  # noqa: PLR2004
