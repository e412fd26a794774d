"""What a bundle of diagnostics holds: the alerts, plots, and what was collected.

The alerts come first, then plots, then files in the order of the integrations' names.
Every text goes through the redactor with the incident as scope; what it cannot check
is withheld, what finds no place or no time is named as missing. The same input gives
the same bytes. The form is `archive.py`'s, the asking `gathering.py`'s.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import PurePosixPath
from typing import Any

import orjson

from bot.domain.envelope import Alert
from bot.ports import Collected, Window
from bot.redact import Redactor, masked_in, told
from bot.sharing.archive import (
    PLOTS,
    About,
    File,
    Missing,
    archive,
    member_name,
    type_of,
)
from bot.sharing.asking import Gap
from bot.sharing.cleaning import Clean, cleaned
from bot.sharing.gathering import Found, Gathered
from bot.sharing.plot import Frame, plot
from bot.sharing.remembering import OutOfTime, Remembering

BEFORE = timedelta(minutes=30)
"""How much time before the first alert is looked at."""
MOST_ALL = 8 << 20
"""How much text a bundle takes in all, in characters."""
_LONGEST = timedelta(hours=6)
_KINDS_TOLD = 20
_WITHHELD = (
    "Parts of it were withheld, because they could not be checked. What an alert "
    "said is behind \u201cOpen original\u2026\u201d on the card; all else, where it "
    "was read."
)
_log = logging.getLogger(__name__)
_LONGEST_SAID = 2_000
_JSON = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
# Characters of alerts; masking them makes them a little longer.
_MOST_ALERTS = 800_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the bundle is about, as stored.

    Attributes:
        alerts: Each alert with its stored form, oldest first.
        problems: How many different ones the incident has.
    """

    incident: str
    exercise: bool
    alerts: tuple[tuple[Alert, Mapping[str, Any]], ...]
    window: Window
    problems: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle, and what the log and the thread say of it.

    Attributes:
        content: Not sealed yet.
        masked: Kind to how many placeholders stand in it.
        digest: SHA-256 hex of `content`.
    """

    content: bytes = field(repr=False)
    files: int
    gaps: tuple[Gap, ...]
    masked: Mapping[str, int]
    took_ms: int
    digest: str


def window_of(alerts: Sequence[Alert], now: datetime) -> Window:
    """Return the time that is looked at: from a while before the alert until now."""
    since = min((one.detected_at for one in alerts), default=now) - BEFORE
    since = min(since, now - BEFORE)
    return Window(since=since, until=min(now, since + _LONGEST))


def bundled(
    subject: Subject,
    gathered: Gathered,
    redactor: Redactor,
    *,
    took: Callable[[], timedelta],
    began_at: datetime,
    late: Callable[[], bool],
) -> Bundle:
    """Return the bundle, every text of it redacted.

    Args:
        took: How long it has taken since `began_at`.
        late: Whether there is no time left to mask another file.
    """
    work = _Work(subject, redactor)
    work.take(Found(by="", file=_alerts(subject, gathered), at=began_at))
    work.memory.late = late
    for found in gathered.found:
        work.take(found)
    gaps = (*gathered.gaps, *work.gaps)
    files, took_ms = work.in_order(), max(round(took() / timedelta(milliseconds=1)), 0)
    masked = _counted(files)
    definition = redactor.definition
    about = About(
        incident=subject.incident,
        exercise=subject.exercise,
        since=subject.window.since,
        until=subject.window.until,
        collected_at=began_at + timedelta(milliseconds=took_ms),
        took_ms=took_ms,
        masked=told(masked, most=_KINDS_TOLD),
        definition=f"version {definition.version}, sha256 {definition.digest}",
        missing=tuple(Missing(by=one.by, why=work.clean(one.why)) for one in gaps),
    )
    content = archive(about, files)
    return Bundle(
        content=content,
        files=len(files),
        gaps=gaps,
        masked=masked,
        took_ms=took_ms,
        digest=hashlib.sha256(content).hexdigest(),
    )


class _Work:
    """The files of one bundle as they come."""

    def __init__(self, subject: Subject, redactor: Redactor) -> None:
        self._subject = subject
        self._redactor = redactor
        self.memory = Remembering(redactor, scope=subject.incident)
        self._taken: set[str] = set()
        self._left = MOST_ALL
        self._files: list[File] = []
        self._plots: list[File] = []
        self.gaps: list[Gap] = []

    def take(self, found: Found) -> None:
        """Add a file and its plot, or note why it is not there."""
        name = self.clean(str(found.file.name))
        if self._left <= 0:
            self._miss(found, "too_large", f"The bundle was full before {name}.")
            return
        try:
            self.memory.look_at_the_clock()
            self._add(found, name)
        except OutOfTime:
            self._miss(found, "too_slow", f"There was no time left to mask {name}.")
        except Exception:  # noqa: BLE001 - what a foreign part brings may be anything
            _log.exception("%s brought a file that cannot be used", found.by)
            self._miss(found, "failed", f"{name} could not be used; see the log.")

    def _add(self, found: Found, name: str) -> None:
        kind, stem = type_of(name), PurePosixPath(name).stem
        made = cleaned(found.file.content, kind, self.memory)
        named = name if made.type == kind else f"{stem}.txt"
        drawn = [self._plot(found, stem)] if found.file.series else []
        self._left -= len(made.text)
        self._files.append(self._file(found, named, made))
        self._plots += drawn

    def in_order(self) -> tuple[File, ...]:
        """Return the alerts, the plots, and the rest as it came."""
        return (*self._files[:1], *self._plots, *self._files[1:])

    def clean(self, text: str) -> str:
        """Return a short text redacted."""
        if not text:
            return ""
        scope = self._subject.incident
        return self._redactor.redact(text, scope=scope).text[:_LONGEST_SAID]

    def _file(self, found: Found, name: str, made: Clean) -> File:
        says = [self.clean(found.file.says)]
        says += ["Cut: there is more than a bundle takes."] * made.cut
        says += [_WITHHELD] * made.withheld
        return File(
            name=self._free(name),
            says=" ".join(one for one in says if one),
            type=made.type,
            content=made.text.encode("utf-8", "replace"),
            by=found.by,
            call=self.clean(found.file.call),
            at=found.at,
            masked=masked_in([made.text]),
        )

    def _plot(self, found: Found, stem: str) -> File:
        window = self._subject.window
        frame = Frame(
            title=stem.replace("-", " "),
            since=window.since,
            until=window.until,
            alert_at=self._subject.alerts[0][0].detected_at
            if self._subject.alerts
            else None,
        )
        drawn = plot(found.file.series, frame, clean=self.clean)
        return File(
            name=self._free(f"{PLOTS}{stem}.svg"),
            says=f"The figures of {self.clean(found.file.name)}, drawn; times in UTC.",
            type="svg",
            content=drawn.encode("utf-8", "replace"),
            by=found.by,
            at=found.at,
            masked=masked_in([drawn]),
        )

    def _free(self, name: str) -> str:
        made = member_name(name, self._taken)
        self._taken.add(made)
        return made

    def _miss(self, found: Found, code: str, why: str) -> None:
        self.gaps.append(Gap(by=found.by, code=code, why=why))


def _alerts(subject: Subject, gathered: Gathered) -> Collected:
    stored = _that_fit(subject)
    content = orjson.dumps(stored, option=_JSON)
    return Collected(
        name="alerts.json",
        content=content.decode(),
        says=" ".join(_said(subject, gathered, len(stored))),
    )


def _that_fit(subject: Subject) -> list[dict[str, Any]]:
    """Return the alerts that fit into one file, so that it stays JSON."""
    sizes = (len(orjson.dumps(doc, option=_JSON)) for _, doc in subject.alerts)
    docs = (dict(doc) for _, doc in subject.alerts)
    return [
        doc
        for doc, size in zip(docs, accumulate(sizes), strict=True)
        if size <= _MOST_ALERTS
    ]


def _said(subject: Subject, gathered: Gathered, count: int) -> Iterator[str]:
    """Say which alerts these are, and about which of them was asked."""
    problems = max(subject.problems, len(subject.alerts))
    more = f" of {problems}" if problems > count else " in all"
    yield f"The first alert of each problem as it is stored, {count}{more}."
    if subject.exercise:
        return
    if not gathered.asked:
        yield "No integration here collects anything more about them."
    elif len(gathered.alerts) < problems:
        yield f"What follows was asked about {', '.join(gathered.alerts)}."


def _counted(files: Sequence[File]) -> Mapping[str, int]:
    counted: Counter[str] = Counter()
    for file in files:
        counted.update(file.masked if file.type != "svg" else {})
    return dict(sorted(counted.items()))
