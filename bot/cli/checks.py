"""What `tocsin doctor` looks at: one function a check, none of them changes a thing."""

import os
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.cli.opening import KEYS_DIRECTORY, STORE_FILE, open_settings
from bot.config import Settings, shipped_runbooks
from bot.config.site_file import site_name, site_text
from bot.domain.errors import TocsinError

OK, WARN, FAIL = "ok", "warn", "FAIL"
_OTHERS_CAN_READ = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one check found.

    Attributes:
        next_move: "" when nothing needs to be done.
    """

    name: str
    state: str
    says: str
    next_move: str = ""


PARTS = (
    *("home", "log", "redaction", "rules", "runbooks", "reader"),
    *("sources", "intake", "alarms", "storage", "watch", "collect"),
    *("cluster", "gateways", "model", "slack", "sign-in", "policies"),
)
"""What is looked at, in this order, behind the settings."""


def examine(parts: Collection[str] = ()) -> tuple[Check, ...]:
    """Run every check; one that cannot run is a finding itself.

    Args:
        parts: Of `PARTS`; none for all of them.
    """
    try:
        settings = open_settings()
    except TocsinError as error:
        return (failed("settings", error),)
    known = Check(name="settings", state=OK, says="every key is known and valid")
    looks: tuple[Callable[[Settings], Iterator[Check]], ...] = (
        *(_home, _log, _redaction, _rules, _runbooks, _reader),
        *(_sources, _intake, _alarms, _storage, _watch, _collect),
        *(_cluster, _gateways, _model, _slack, _sign_in, _policies),
    )
    found = [known]
    for name, look in zip(PARTS, looks, strict=True):
        if parts and name not in parts:
            continue
        try:
            found += look(settings)
        except TocsinError as error:
            found.append(failed(name, error))
    return tuple(found)


def _home(settings: Settings) -> Iterator[Check]:
    home = settings.home
    if not home.exists():
        yield Check(
            name="home",
            state=WARN,
            says=f"{home} does not exist yet",
            next_move="It is made at the first `tocsin run`.",
        )
        return
    if not os.access(home, os.W_OK):
        yield Check(
            name="home",
            state=FAIL,
            says=f"{home} cannot be written",
            next_move="Give it to the user that runs Tocsin.",
        )
        return
    yield Check(name="home", state=OK, says=f"{home} can be written")
    yield _keys(home / KEYS_DIRECTORY)


def _keys(folder: Path) -> Check:
    files = sorted(folder.iterdir()) if folder.exists() else []
    open_to_others = [f.name for f in files if f.stat().st_mode & _OTHERS_CAN_READ]
    if open_to_others:
        return Check(
            name="keys",
            state=FAIL,
            says="others can read " + ", ".join(open_to_others),
            next_move=f"Run chmod 600 {folder}/*, and think about who read them.",
        )
    return Check(name="keys", state=OK, says=f"{len(files)} files, readable by us only")


def _log(settings: Settings) -> Iterator[Check]:
    from bot.store.keyfile import FileKeys
    from bot.store.sqlite import SqliteStore
    from bot.store.verify import verify_store

    path = settings.home / STORE_FILE
    if not path.exists():
        yield Check(name="log", state=WARN, says="there is no log yet")
        return
    store = SqliteStore(path, read_only=True)
    try:
        keys = FileKeys(settings.home / KEYS_DIRECTORY)
        report = store.read(lambda tx: verify_store(tx, keys))
    finally:
        store.close()
    yield Check(name="log", state=OK, says=f"whole, {report.size:,} entries")
    if settings.store.anchors is None:
        yield Check(
            name="anchors",
            state=WARN,
            says="tamper evidence ends at this machine",
            next_move="Set store.anchors to a directory on another disk or machine.",
        )


def _rules(settings: Settings) -> Iterator[Check]:
    from bot.rules import read_rulebook
    from bot.rules.grouping_file import read_grouping

    overlay = settings.rules.overlay
    rulebook = read_rulebook(site_text(overlay), overlay_name=site_name(overlay))
    grouping = settings.rules.grouping
    read_grouping(
        tuple(rulebook.categories),
        site_text(grouping),
        overlay_name=site_name(grouping),
    )
    lists = ", ".join(f"{one.title} {one.edition}" for one in rulebook.frameworks)
    says = f"sha256 {rulebook.digest[:12]}; {lists}"
    yield Check(name="rules", state=OK, says=says)


def _runbooks(settings: Settings) -> Iterator[Check]:
    from bot.assistant.library import runbook_paths
    from bot.cli.checks_search import look
    from bot.cli.runbooks_linted import linted

    today = datetime.now(UTC)  # noqa: TID251 - the check is about today
    files = runbook_paths(shipped_runbooks())
    found = list(linted(files, today))
    if found:
        name, problem = found[0]
        yield Check(
            name="runbooks",
            state=WARN,
            says=f"{len(found)} remarks, the first: {name}: {problem}",
            next_move="Run `tocsin runbooks lint`.",
        )
        yield from look(settings)
        return
    yield Check(name="runbooks", state=OK, says=f"{len(files)} runbooks")
    yield from look(settings)


def _sources(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_alerts import sources

    yield from sources(settings)


def _intake(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_alerts import intake

    yield from intake(settings)


def _alarms(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_alerts import alarms

    yield from alarms(settings)


def _reader(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_reader import look

    yield from look(settings)


def _redaction(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_redaction import look

    yield from look(settings)


def _storage(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_storage import look

    yield from look(settings)


def _watch(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_watch import look

    yield from look(settings)


def _collect(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_collect import look

    yield from look(settings)


def _cluster(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_cluster import look

    yield from look(settings)


def _gateways(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_gateways import look

    yield from look(settings)


def _model(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_model import look

    yield from look(settings)


def _slack(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_slack import look

    yield from look(settings)


def _sign_in(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_sign_in import look

    yield from look(settings)


def _policies(settings: Settings) -> Iterator[Check]:
    from bot.cli.checks_policy import look

    yield from look(settings)


def model_asked() -> tuple[Check, ...]:
    """Ask the model, which costs a call."""
    from bot.cli.checks_model import asked

    try:
        return tuple(asked(open_settings()))
    except TocsinError as error:
        return (failed("model answers", error),)


def failed(name: str, error: TocsinError) -> Check:
    """Return the finding that an error is."""
    says = f"{error.what}: {error.because}"
    return Check(name=name, state=FAIL, says=says, next_move=error.next_move)
