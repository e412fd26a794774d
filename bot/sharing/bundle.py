"""What a bundle of diagnostics holds: the alerts, and what integrations collected.

One JSON document of texts, because a browser can show it without executing anything:

    {"format": "tocsin-bundle/1", "incident", "exercise", "since", "until",
     "masked", "definition", "files": [{"name", "says", "content"}]}

`masked` says in words what is masked in all of it, `definition` by which definition
of sensitive data. What was masked when an alert came in counts as well.
Every text goes through the redactor with the incident as scope; what it cannot check
is withheld with the reason. The same input gives the same bytes.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from bot.domain.envelope import Alert
from bot.domain.errors import TocsinError
from bot.ports import Collect, Collected, Window
from bot.redact import Redactor, masked_in, told

FORMAT = "tocsin-bundle/1"
BEFORE = timedelta(minutes=30)
"""How much time before the first alert is looked at."""
_LONGEST = timedelta(hours=6)
_KINDS_TOLD = 20
_WITHHELD = (
    "Its content was withheld, because it could not be checked. What an alert said is "
    "behind \u201cOpen original\u2026\u201d on the card; all else, where it was read."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the bundle is about, as stored.

    Attributes:
        alerts: Each alert with its stored form, oldest first.
    """

    incident: str
    exercise: bool
    alerts: tuple[tuple[Alert, Mapping[str, Any]], ...]
    window: Window


def window_of(alerts: Sequence[Alert], now: Any) -> Window:
    """Return the time that is looked at: from a while before the alert until now."""
    since = min((one.detected_at for one in alerts), default=now) - BEFORE
    since = min(since, now - BEFORE)
    return Window(since=since, until=min(now, since + _LONGEST))


def gather(
    subject: Subject,
    collectors: Mapping[str, Collect],
    *,
    reader: Callable[[], Any],
) -> tuple[Collected, ...]:
    """Return the files of a bundle, not yet redacted. Takes as long as reading takes.

    Args:
        collectors: By name of the integration.
        reader: Makes a session that can only read.
    """
    found = [_alert_file(subject)]
    if subject.exercise:
        return (*found, _nothing("An exercise: nothing outside was read."))
    if not collectors:
        return (*found, _nothing("No integration here collects anything more."))
    try:
        session = reader()
    except TocsinError as error:
        return (*found, _nothing(f"Nothing more was collected: {error.because}."))
    for name, collect in sorted(collectors.items()):
        found += _collected(name, collect, subject, session)
    return tuple(found)


def document(subject: Subject, files: Sequence[Collected], redactor: Redactor) -> bytes:
    """Return the bundle's bytes, every text of it redacted."""
    shown = [_redacted(file, redactor, subject.incident) for file in files]
    definition = redactor.definition
    return orjson.dumps(
        {
            "format": FORMAT,
            "incident": subject.incident,
            "exercise": subject.exercise,
            "since": subject.window.since.isoformat(),
            "until": subject.window.until.isoformat(),
            "masked": told(masked_in(_texts(shown)), most=_KINDS_TOLD),
            "definition": f"version {definition.version}, sha256 {definition.digest}",
            "files": shown,
        },
        option=orjson.OPT_SORT_KEYS,
    )


def _texts(files: Iterable[Mapping[str, str]]) -> Iterator[str]:
    return (file["content"] for file in files)


def _alert_file(subject: Subject) -> Collected:
    stored = [dict(doc) for _, doc in subject.alerts]
    content = orjson.dumps(stored, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    count = len(stored)
    return Collected(
        name="alerts.json",
        content=content.decode(),
        says=f"The first alert of each problem as it is stored, {count} in all.",
    )


def _collected(
    name: str, collect: Collect, subject: Subject, session: Any
) -> list[Collected]:
    """Ask one integration about each alert; a failure costs only its own files."""
    found: dict[str, Collected] = {}
    for alert, _ in subject.alerts:
        try:
            files = collect(alert, subject.window, reader=session)
        except TocsinError as error:
            files = (_nothing(f"{name}: {error.what}, because {error.because}.", name),)
        except Exception as error:  # noqa: BLE001 - the outermost door of a foreign part
            _log.exception("collecting with %s failed", name)
            failed = type(error).__name__
            files = (_nothing(f"{name} failed with {failed}; see the log.", name),)
        for file in files:
            _add(found, file)
    return list(found.values())


def _add(found: dict[str, Collected], file: Collected) -> None:
    """Add a file; the same one again is left out, another one gets a number."""
    name, n = file.name, 1
    while name in found:
        if (found[name].content, found[name].says) == (file.content, file.says):
            return
        n += 1
        stem, dot, ending = file.name.rpartition(".")
        name = f"{stem}-{n}{dot}{ending}" if dot else f"{file.name}-{n}"
    found[name] = Collected(name=name, content=file.content, says=file.says)


def _nothing(says: str, name: str = "not-collected") -> Collected:
    return Collected(name=f"{name}.txt", content="", says=says)


def _redacted(file: Collected, redactor: Redactor, incident: str) -> dict[str, str]:
    """Return one file as it stands in the bundle."""

    def clean(text: str) -> str:
        return redactor.redact(text, scope=incident).text if text else ""

    content = redactor.redact(file.content, scope=incident)
    says = clean(file.says)
    if content.withheld:
        says = f"{says} {_WITHHELD}".strip()
    elif masked := told(masked_in([content.text])):
        says = f"{says} Masked: {masked}.".strip()
    return {"name": clean(file.name), "says": says, "content": content.text}
