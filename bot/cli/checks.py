"""What `tocsin doctor` looks at: one function a check, none of them changes a thing."""

import os
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import cast

from bot.cli.opening import KEYS_DIRECTORY, STORE_FILE, open_settings
from bot.config import Settings, secret, shipped_runbooks
from bot.config.site_file import site_name, site_text
from bot.domain.errors import BadSettings, TocsinError

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
    *("model", "slack", "sign-in"),
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
    here = {
        "home": _home,
        "log": _log,
        "rules": _rules,
        "runbooks": _runbooks,
        "sources": _sources,
        "intake": _intake,
        "alarms": _alarms,
    }
    found = [known]
    for name in PARTS:
        if parts and name not in parts:
            continue
        try:
            found += (here.get(name) or _elsewhere(name))(settings)
        except TocsinError as error:
            found.append(failed(name, error))
    return tuple(found)


def _elsewhere(name: str) -> Callable[[Settings], Iterator[Check]]:
    """Return the check that has a file of its own, loaded when it is its turn."""
    module = import_module(f"bot.cli.checks_{name.replace('-', '_')}")
    return cast("Callable[[Settings], Iterator[Check]]", module.look)


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


def _intake(settings: Settings) -> Iterator[Check]:
    from bot.cli.check_running import refusing

    told = refusing(settings)
    if told == "":
        yield Check(name="intake", state=OK, says="the running bot keeps every alert")
    elif told:
        yield Check(
            name="intake",
            state=FAIL,
            says=told,
            next_move="Look at the disk of TOCSIN_HOME: its free room, its speed.",
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


def _runbooks(_: Settings) -> Iterator[Check]:
    from bot.assistant.library import runbook_paths
    from bot.cli.runbooks import linted

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
        return
    yield Check(name="runbooks", state=OK, says=f"{len(files)} runbooks")


def _sources(settings: Settings) -> Iterator[Check]:
    from bot.named_sources import signing_of, sources_of
    from bot.triage import load_integrations

    integrations = load_integrations()
    others = {n for n, one in integrations.items() if not one.MANIFEST.ours}
    names = ", ".join(sorted(others | set(settings.sources)))
    own = [name for name, source in settings.sources.items() if secret(source.token)]
    signed: list[str] = []
    try:
        sources = sources_of(integrations, settings.sources)
        signed = [
            name
            for name, given in settings.sources.items()
            if name in sources and signing_of(name, given, sources[name])
        ]
    except BadSettings as error:
        says, next_move = error.because, error.next_move
        yield Check(name="sources", state=FAIL, says=says, next_move=next_move)
        return
    says = f"{names}; with a token of their own: {', '.join(own) or 'none'}"
    says += f"; signed by their sender: {', '.join(signed) or 'none'}"
    yield Check(name="sources", state=OK, says=says)


def _alarms(settings: Settings) -> Iterator[Check]:
    """Look at how alarms of CloudWatch come in: by a queue, by topics, by a token."""
    given = settings.sources.get("cloudwatch")
    if given is None or not (given.queues or given.dead_letter_urls or given.topics):
        return
    if (given.queues or given.dead_letter_urls) and not settings.aws.region:
        yield Check(
            name="alarms",
            state=FAIL,
            says="a queue is named, but no account: it is not read",
            next_move="Set aws.region; docs/guides/aws.md says which role it needs.",
        )
        return
    if given.certificates and not given.certificates.is_dir():
        yield Check(
            name="alarms",
            state=FAIL,
            says="the directory of pinned certificates is not there",
            next_move="Make it, or unset certificates so that AWS is asked.",
        )
        return
    number = len(given.queues)
    ways = ["the queue" if number == 1 else f"{number} queues"] * bool(number)
    dead = len(given.dead_letter_urls)
    ways += [f"dead-letter queues ({dead})"] * bool(dead)
    ways += [f"signed topics ({len(given.topics)})"] * bool(given.topics)
    yield Check(name="alarms", state=OK, says=f"they come by {' and '.join(ways)}")
    if number and not dead:
        yield Check(
            name="dead letters",
            state=WARN,
            says="no dead-letter queue is read; what others do not take stays unseen",
            next_move="Name them in sources.cloudwatch.dead_letter_urls.",
        )


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
