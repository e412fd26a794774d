"""What happened to sealed diagnostics, as lines of the incident's timeline."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.domain.share_contents import NOBODYS
from bot.domain.share_events import (
    DiagnosticsCollected,
    LeaseLapsed,
    OriginalSealed,
    ShareCreated,
    ShareDenied,
    ShareEvent,
    ShareExhausted,
    ShareExpired,
    ShareLeased,
    ShareOpened,
    ShareRevoked,
    ShareShredded,
    TextOffered,
    TextSealed,
    TicketMinted,
)
from bot.ports import Entry
from bot.redact import told

_WHY: Mapping[str, str] = {
    "unreachable": "could not be read",
    "no_reader": "no AWS account is connected",
    "failed": "failed",
    "too_slow": "took too long",
    "still_busy": "still hangs",
    "too_large": "was too large",
    "too_many": "only some of the alerts were asked about",
    "exercise": "an exercise reads nothing outside",
}
_MS = 1000
_MOST_GAPS = 8
_PEOPLE_NOT_NAMED = "a link that names nobody"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What shares hold, by stream: whose original, or whose text."""

    originals: Mapping[str, str]
    texts: Mapping[str, str]

    def sentence(self, stream: str, event: ShareEvent) -> str:
        """Say what happened to the share of a stream."""
        original, text = self.originals.get(stream, ""), self.texts.get(stream, "")
        return share_sentence(event, original, text)


def sealed_in(entries: Iterable[Entry]) -> Sealed:
    """Return what the shares among these entries hold."""
    originals, texts = dict[str, str](), dict[str, str]()
    for one in entries:
        if one.kind == OriginalSealed.name:
            originals[one.stream] = str(one.body.get("alert", ""))
        elif one.kind == TextSealed.name:
            texts[one.stream] = str(one.body.get("by", ""))
    return Sealed(originals, texts)


def share_sentence(event: ShareEvent, original: str = "", text_by: str = "") -> str:
    """Say what happened to a share, in our own words.

    Args:
        original: The alert whose original it is, "" for diagnostics.
        text_by: Who pasted it, where it is a text that a person sealed.
    """
    if text_by:
        return _of_text(event, f"what {_who(text_by)} sealed")
    if original:
        return _of_original(event, f"the original of {original}")
    return _of_diagnostics(event)


def _of_original(event: ShareEvent, what: str) -> str:  # noqa: C901 - one case per event
    match event:
        case OriginalSealed(person=person):
            return f"{_capital(what)} was sealed for {_whom(person)}:"
        case ShareCreated(expires_at=until):
            return f"Sealed until {until:%H:%M} UTC, for one opening: {what}."
        case TicketMinted(person=person):
            return f"A link to {what} was made for {_whom(person)}."
        case ShareLeased():
            return f"Fetched with proof of its key: {what}."
        case ShareOpened(person=person):
            return f"{_capital(what)} was opened with {_whose(person)}."
        case ShareRevoked(by=by, because="person"):
            return f"{_who(by)} took the link to {what} back."
        case ShareRevoked(because=because):
            return f"The link to {what} died ({because.replace('_', ' ')})."
        case ShareExpired(opens=opens):
            return f"{_capital(what)} ran out after {_times(opens)}."
        case ShareExhausted():
            return f"{_capital(what)} is used up."
        case ShareShredded():
            return f"The key that sealed {what} was destroyed."
        case _:
            return _of_diagnostics(event)


def _of_text(event: ShareEvent, what: str) -> str:  # noqa: C901 - one case per event
    match event:
        case ShareCreated(expires_at=until):
            return f"A text was sealed until {until:%Y-%m-%d %H:%M} UTC."
        case TextSealed(by=by, people=people, each=each):
            names = ", ".join(map(_whom, people))
            return f"{_who(by)} pasted it, unmasked, for {names}; {_times(each)} each."
        case TextOffered(people=people):
            return f"{_capital(what)} can be opened by {', '.join(map(_whom, people))}."
        case TicketMinted(person=person):
            return f"A link to {what} was made for {_whom(person)}."
        case ShareLeased():
            return f"{_capital(what)} was fetched with proof of its key."
        case ShareOpened(person=person):
            return f"{_capital(what)} was opened with {_whose(person)}."
        case ShareRevoked(by=by, because="person"):
            return f"{_who(by)} took back {what}."
        case ShareRevoked(because=because):
            return f"{_capital(what)} was destroyed ({because.replace('_', ' ')})."
        case ShareExpired(opens=opens):
            return f"{_capital(what)} ran out after {_times(opens)}."
        case ShareExhausted():
            return f"{_capital(what)} was opened by everybody it was for."
        case ShareShredded():
            return f"The key of {what} was destroyed."
        case _:
            return _of_diagnostics(event)


def _of_diagnostics(  # noqa: C901, PLR0912 - one case per event
    event: ShareEvent,
) -> str:
    match event:
        case OriginalSealed(alert=alert):
            return _of_original(event, f"the original of {alert}")
        case TextSealed(by=by):
            return _of_text(event, f"what {_who(by)} sealed")
        case TextOffered():
            return _of_text(event, "a sealed text")
        case ShareCreated(expires_at=until, opens=opens):
            when = f"{until:%Y-%m-%d %H:%M} UTC"
            return f"Diagnostics sealed until {when}, for {_times(opens)}."
        case DiagnosticsCollected():
            return said_of(event)
        case TicketMinted(person=person):
            return f"A link to the diagnostics was made for {_whom(person)}."
        case ShareLeased():
            return "The sealed diagnostics were fetched with proof of their key."
        case ShareOpened(person=person):
            return f"The diagnostics were opened with {_whose(person)}."
        case LeaseLapsed(person=person):
            return (
                f"Fetched with {_whose(person)} and not reported as opened; "
                "somebody may have read them."
            )
        case ShareDenied():
            return _denied(event)
        case ShareRevoked(by=by, because="person"):
            return f"{_who(by)} took the links to the diagnostics back."
        case ShareRevoked(because=because):
            return f"The links to the diagnostics died ({because.replace('_', ' ')})."
        case ShareExpired(opens=opens):
            return f"The sealed diagnostics ran out after {_times(opens)}."
        case ShareExhausted(opens=opens):
            return f"The sealed diagnostics are used up after {_times(opens)}."
        case ShareShredded():
            return "The key of the sealed diagnostics was destroyed."
        case _:
            assert_never(event)


def _denied(event: ShareDenied) -> str:
    whose = f", {_whose(event.person)}" if event.person else ""
    shown = f", shown by <@{event.by}>" if event.by and event.by != event.person else ""
    return f"A link opened nothing ({event.because.replace('_', ' ')}{whose}{shown})."


def said_of(event: DiagnosticsCollected) -> str:
    """Say what is in diagnostics, what is masked in them, and what is missing."""
    files = "1 file" if event.files == 1 else f"{event.files} files"
    said = [f"Diagnostics are ready: {files} in {event.took_ms / _MS:.1f} s."]
    if masked := told(_counts(event.masked)):
        said.append(f"Masked in them: {masked}.")
    if gaps := _gaps(event.missing):
        shown, rest = gaps[:_MOST_GAPS], len(gaps) - _MOST_GAPS
        more = f"; and {rest} more" if rest > 0 else ""
        said.append(f"Missing: {'; '.join(shown)}{more}.")
    return " ".join(said)


def _counts(masked: Sequence[str]) -> Mapping[str, int]:
    pairs = (one.rpartition(" ") for one in masked)
    return {kind: int(count) for kind, _, count in pairs}


def _gaps(missing: Sequence[str]) -> list[str]:
    """Say who is missing, together with those who are for the same reason."""
    by_code: dict[str, list[str]] = {}
    for by, _, code in (one.partition(" ") for one in missing):
        by_code.setdefault(code, []).append(by)
    return [_gap(code, list(dict.fromkeys(who))) for code, who in by_code.items()]


def _gap(code: str, who: Sequence[str]) -> str:
    why = _WHY.get(code, code.replace("_", " "))
    named = ", ".join(one for one in who if one != NOBODYS)
    return f"{named} ({why})" if named else why


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _times(opens: int) -> str:
    return "1 opening" if opens == 1 else f"{opens} openings"


def _whom(person: str) -> str:
    return f"<@{person}>" if person else "whoever holds it"


def _whose(person: str) -> str:
    return f"<@{person}>'s ticket" if person else _PEOPLE_NOT_NAMED


def _who(by: str) -> str:
    return f"<@{by}>" if by.startswith(("U", "W")) else "The administrator"
