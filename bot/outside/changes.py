"""Changes of a repository as GitHub tells them: one shape for four kinds of them.

Pure. Titles are what somebody wrote: one short line of visible text, and never more.

Source: https://docs.github.com/en/rest (deployments, releases, pulls, actions/runs;
version 2022-11-28).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.untrusted import clip, visible

_LONGEST = 120
_SHORT_SHA = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that somebody did to a repository.

    Attributes:
        at: Aware UTC.
        state: What became of it, in GitHub's word; "" where it has none.
        sha: The commit, "" where GitHub names none.
        states_at: Path of what became of it, where that stands elsewhere.
    """

    at: datetime
    what: str
    repo: str
    who: str
    title: str
    state: str = ""
    sha: str = ""
    url: str = ""
    states_at: str = ""

    def as_json(self) -> Mapping[str, str]:
        """Return it for a file that people and programs read."""
        return {
            "at": self.at.isoformat(),
            "what": self.what,
            "repo": self.repo,
            "who": self.who,
            "title": self.title,
            "state": self.state,
            "sha": self.sha,
            "url": self.url,
        }

    def told(self) -> str:
        """Return it as people say it."""
        state = f" ({self.state})" if self.state else ""
        commit = f" at {self.sha[:_SHORT_SHA]}" if self.sha else ""
        return (
            f"{self.what} {self.title}{commit}{state} by {self.who or 'nobody named'}"
        )

    def line(self, alert_at: datetime) -> str:
        """Return it as a line of a list, with how long before the alert it was."""
        return f"{self.at:%Y-%m-%d %H:%M} UTC  {ago(alert_at - self.at)}  {self.told()}"


def ago(before: timedelta) -> str:
    """Return how long before something, or after it."""
    seconds = abs(round(before.total_seconds()))
    hours, minutes = divmod(seconds // 60, 60)
    length = f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
    return f"{length} {'after' if before < timedelta() else 'before'} the alert"


def deployment(row: Mapping[str, Any], repo: str) -> Change:
    """Return a deployment; its state stands elsewhere."""
    where = word_of(row.get("environment")) or "no environment"
    return Change(
        at=_moment(row["created_at"]),
        what="deployment",
        repo=repo,
        who=_login(row.get("creator")),
        title=f"of {word_of(row.get('ref'))} to {where}",
        sha=word_of(row.get("sha")),
        states_at=f"/repos/{repo}/deployments/{int(row['id'])}/statuses",
    )


def release(row: Mapping[str, Any], repo: str) -> Change | None:
    """Return a release that is out; None for a draft."""
    if row.get("draft") or not row.get("published_at"):
        return None
    return Change(
        at=_moment(row["published_at"]),
        what="release",
        repo=repo,
        who=_login(row.get("author")),
        title=word_of(row.get("tag_name")),
        state="prerelease" if row.get("prerelease") else "",
        url=word_of(row.get("html_url")),
    )


def merge(row: Mapping[str, Any], repo: str) -> Change | None:
    """Return a pull request that was merged; None for any other."""
    if not row.get("merged_at"):
        return None
    into = word_of((row.get("base") or {}).get("ref"))
    who = _login(row.get("merged_by")) or _login(row.get("user"))
    return Change(
        at=_moment(row["merged_at"]),
        what="merge",
        repo=repo,
        who=who,
        title=f"of #{int(row['number'])} into {into}: {word_of(row.get('title'))}",
        sha=word_of(row.get("merge_commit_sha")),
        url=word_of(row.get("html_url")),
    )


def run(row: Mapping[str, Any], repo: str) -> Change:
    """Return a run of a workflow."""
    state = word_of(row.get("conclusion")) or word_of(row.get("status"))
    branch, event = word_of(row.get("head_branch")), word_of(row.get("event"))
    return Change(
        at=_moment(row.get("run_started_at") or row["created_at"]),
        what="workflow run",
        repo=repo,
        who=_login(row.get("triggering_actor")) or _login(row.get("actor")),
        title=f"{word_of(row.get('name'))} on {branch} after {event}",
        state=state,
        sha=word_of(row.get("head_sha")),
        url=word_of(row.get("html_url")),
    )


Reader = Callable[[Mapping[str, Any], str], Change | None]


def _moment(text: Any) -> datetime:
    at = datetime.fromisoformat(text)
    if at.utcoffset() is None:
        raise ValueError(text)
    return at


def _login(user: Any) -> str:
    return word_of(user.get("login")) if isinstance(user, dict) else ""


def word_of(text: Any) -> str:
    """Return what somebody wrote as one short line of visible text."""
    if not isinstance(text, str):
        return ""
    return clip(" ".join(visible(text).split()), _LONGEST)
