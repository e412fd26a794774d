"""GitHub: what changed in a system's repositories, and what right before an alert.

Collects only; what GitHub sends is read by `github.py`. Only repositories that the
registry or the settings name are asked; an alert that names another is not believed.

Source:
    https://docs.github.com/en/rest (repos/deployments, repos/releases, pulls,
    actions/workflow-runs, rate limits; version 2022-11-28).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.envelope import Alert, EntityKind
from bot.domain.errors import NotFound, Unreachable
from bot.domain.registry import Registry, is_repo
from bot.outside import Service, counted, fitted
from bot.outside.changes import (
    Change,
    Reader,
    ago,
    deployment,
    merge,
    release,
    run,
    word_of,
)
from bot.ports.ask import Ask
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest
from bot.ports.probe import Access

MANIFEST = Manifest(
    name="github_changes",
    title="Changes in GitHub",
    docs="https://docs.github.com/en/rest",
    summary="Deployments, releases, merges and workflow runs before an alert.",
)
COLLECT_SETTINGS = dict.fromkeys(
    ("github_url", "github_token", "github_repos"), "[collect]"
)
COLLECT_NEEDS = ("ask", "registry")
BEFORE = timedelta(hours=6)
"""How much longer than the window is looked back: a bad change shows late."""
_MOST_REPOS = 4
_MOST_STATES = 3
_PAGE = 50
_LARGEST = 4 * 1024 * 1024
_HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
}


@dataclass(frozen=True, slots=True)
class _Kind:
    """One list of a repository, newest first.

    Attributes:
        right: What a fine-grained token needs for it.
        stamp: The field that the list is sorted by.
        within: The member that holds the rows; "" where the answer is the list.
    """

    path: str
    right: str
    read: Reader
    stamp: str = "created_at"
    pairs: tuple[tuple[str, str], ...] = ()
    within: str = ""


_KINDS = (
    _Kind("deployments", "Deployments (read)", deployment),
    _Kind("releases", "Contents (read)", release),
    _Kind(
        "pulls",
        "Pull requests (read)",
        merge,
        "updated_at",
        (("state", "closed"), ("sort", "updated"), ("direction", "desc")),
    ),
    _Kind("actions/runs", "Actions (read)", run, within="workflow_runs"),
)


@dataclass(slots=True)
class _Found:
    """What was read, and what was not."""

    changes: list[Change] = field(default_factory=list)
    troubles: dict[str, list[str]] = field(default_factory=dict)

    def lacks(self, what: str, because: str) -> None:
        """Note a list that was not read, or not to its end."""
        self.troubles.setdefault(because, []).append(what)

    def told(self) -> list[str]:
        """Return each reason once, with all that it holds for."""
        return [f"{', '.join(what)}: {why}" for why, what in self.troubles.items()]


def concerns(alert: Alert) -> bool:
    """Tell whether a change can be behind it: behind anything that somebody acts on."""
    return alert.assessment.category != "none"


def is_configured(
    *,
    github_token: str,
    github_repos: Sequence[str],
    registry: Registry,
    **_other: object,
) -> bool:
    """Tell whether there are repositories to ask about."""
    named = any(system.repos for system in registry.systems)
    return bool(github_repos) or (named and bool(github_token))


def collect(
    alert: Alert,
    window: Window,
    *,
    reader: Any,
    ask: Ask,
    registry: Registry,
    github_url: str,
    github_token: str,
    github_repos: Sequence[str],
) -> tuple[Collected, ...]:
    """Return what changed before and in the window: a list, and a short text.

    What cannot be read is said in both.
    """
    del reader
    repos = _repos(alert, registry, github_repos)
    if not repos:
        return ()
    server = _server(ask, github_url, github_token)
    since, found = window.since - BEFORE, _Found()
    for repo in repos[:_MOST_REPOS]:
        for kind in _KINDS:
            _read(server, repo, kind, since, found)
    changes = [one for one in found.changes if since <= one.at <= window.until]
    changes.sort(key=lambda one: one.at, reverse=True)
    changes = _with_states(server, changes)
    return _files(alert, since, repos, changes, found.told())


def probe(
    *,
    ask: Ask,
    registry: Registry,
    github_url: str,
    github_token: str,
    github_repos: Sequence[str],
) -> tuple[Access, ...]:
    """Return of each repository which lists can be read."""
    named = [repo for system in registry.systems for repo in system.repos]
    repos = list(dict.fromkeys((*named, *github_repos)))
    server = _server(ask, github_url, github_token)
    return tuple(_access(server, repo) for repo in repos[:_MOST_REPOS])


def _server(ask: Ask, url: str, token: str) -> Service:
    return Service(ask=ask, title="GitHub", url=url, token=token, headers=_HEADERS)


def _repos(
    alert: Alert, registry: Registry, from_settings: Sequence[str]
) -> Sequence[str]:
    """Return the repositories to ask about, those that the alert names first."""
    system = registry.get(alert.system)
    own = system.repos if system and system.repos else tuple(from_settings)
    known = {repo for one in registry.systems for repo in one.repos}
    known |= set(from_settings)
    named = [one.id for one in alert.envelope.entities if one.kind is EntityKind.REPO]
    first = [repo for repo in known if repo.casefold() in map(str.casefold, named)]
    return [one for one in dict.fromkeys((*sorted(first), *own)) if is_repo(one)]


def _read(
    server: Service, repo: str, kind: _Kind, since: datetime, found: _Found
) -> None:
    """Read one list of a repository; only what is in it since then is kept."""
    pairs = (*kind.pairs, ("per_page", str(_PAGE)))
    if kind.within:
        # To the hour, so that the same question can be answered by "not changed".
        pairs += (("created", f">={since:%Y-%m-%dT%H:00:00Z}"),)
    about = f"{kind.path.rpartition('/')[2]} of {repo}"
    try:
        answer = server.get(f"/repos/{repo}/{kind.path}", pairs, most=_LARGEST)
        rows = answer[kind.within] if kind.within else answer
        read = [kind.read(row, repo) for row in rows]
        found.changes += [one for one in read if one is not None]
        if len(rows) >= _PAGE and datetime.fromisoformat(rows[-1][kind.stamp]) > since:
            found.lacks(f"older {about}", f"only the newest {_PAGE} were asked for")
    except (Unreachable, NotFound) as error:
        found.lacks(about, _because(error.because, kind))
    except (TypeError, KeyError, ValueError, AttributeError):
        found.lacks(about, "its answer is not one of GitHub")


def _because(because: str, kind: _Kind) -> str:
    lacks = "lacks a right" in because or "no such thing" in because
    return f"{because}; it needs {kind.right}" if lacks else because


def _with_states(server: Service, changes: Sequence[Change]) -> list[Change]:
    """Return the changes with what became of the newest deployments."""
    asked = [one for one in changes if one.states_at][:_MOST_STATES]
    states = {one.states_at: _state(server, one) for one in asked}
    return [replace(one, state=states.get(one.states_at, one.state)) for one in changes]


def _state(server: Service, one: Change) -> str:
    try:
        rows = server.get(one.states_at, (("per_page", "1"),))
        return word_of(rows[0]["state"]) if rows else ""
    except (Unreachable, NotFound, TypeError, KeyError, IndexError):
        return ""


def _files(
    alert: Alert,
    since: datetime,
    repos: Sequence[str],
    changes: Sequence[Change],
    troubles: Sequence[str],
) -> tuple[Collected, ...]:
    whose = ", ".join(repos[:_MOST_REPOS])
    left_out = len(repos) - _MOST_REPOS
    lists = ", ".join(one.path for one in _KINDS)
    call = f"github GET /repos/… of {whose}: {lists}"
    from_then = f"since {since:%Y-%m-%d %H:%M} UTC"
    says = f"{counted(len(changes), 'change')} in {whose} {from_then}."
    says += f" {left_out} further repositories were not asked." if left_out > 0 else ""
    says += f" Not read: {'; '.join(troubles)}." if troubles else ""
    lines = [json.dumps(one.as_json(), ensure_ascii=False) for one in changes]
    short = "\n".join(_text(alert, changes, troubles))
    last = _last(alert, changes, is_whole=not troubles)
    text = Collected(name="github-changes.txt", content=short, says=last, call=call)
    content = "\n".join(lines)
    rows = Collected(name="github-changes.jsonl", content=content, says=says, call=call)
    return fitted(text), fitted(rows)


def _last(alert: Alert, changes: Sequence[Change], *, is_whole: bool) -> str:
    """Say what changed right before the alert."""
    at = alert.detected_at
    before = [one for one in changes if one.at <= at]
    if not before:
        none = "No change is known right before the alert"
        return f"{none}." if is_whole else f"{none}; not everything could be read."
    # What reaches users says more than a check that ran.
    telling = [one for one in before if one.what != "workflow run"] or before
    one = telling[0]
    return f"Last before the alert in {one.repo}, {ago(at - one.at)}: {one.told()}."


def _text(
    alert: Alert, changes: Sequence[Change], troubles: Sequence[str]
) -> Iterator[str]:
    yield from (f"{one.line(alert.detected_at)}  {one.repo}" for one in changes)
    yield from (f"Not read: {one}." for one in troubles)


def _access(server: Service, repo: str) -> Access:
    name = f"GitHub {repo}"
    missing = _Found()
    for kind in _KINDS:
        try:
            server.get(f"/repos/{repo}/{kind.path}", (("per_page", "1"),))
        except (Unreachable, NotFound) as error:
            missing.lacks(kind.path, _because(error.because, kind))
    if not missing.troubles:
        return Access(name=name, works=True, says="all four lists can be read")
    move = "Correct collect.github_token, its rights, or the repository's name."
    return Access(
        name=name, works=False, says="; ".join(missing.told()), next_move=move
    )
