"""The form of a bundle, ``tocsin-bundle/2``: a tar of plain files, the manifest first.

Without compression, so that ``age -d -i key share.age | tar x`` gives plain files and
a browser can read it member by member. Everything in it comes from outside or from
the clock of the caller: the same input gives the same bytes. What is collected, and
what of it is masked, is decided before.

    {"format": "tocsin-bundle/2", "incident", "exercise", "since", "until",
     "collected_at", "took_ms", "masked", "definition", "original"?,
     "missing": [{"by", "why"}],
     "files": [{"name", "says", "type", "bytes", "sha256", "by", "call", "at",
                "masked": [{"kind", "count"}]}]}

Sources: POSIX.1-1988 "ustar", as the standard library writes it.
"""

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson

FORMAT = "tocsin-bundle/2"
MANIFEST = "manifest.json"
PLOTS = "plots/"
LONGEST_NAME = 100
"""What the name field of a ustar header holds, in bytes."""

Type = Literal["json", "jsonl", "csv", "text", "svg"]

_TYPES: Mapping[str, Type] = {
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "csv": "csv",
    "svg": "svg",
}
_NAME = re.compile(r"(?:plots/)?[A-Za-z0-9][A-Za-z0-9._+=-]*")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._+=-]+")
_LONGEST_STEM = 80
_MODE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a bundle as it stands in it: masked already.

    Attributes:
        name: As `member_name` makes it.
        says: One sentence for people.
        by: The integration that collected it, "" for Tocsin itself.
        call: What was asked of the other side, "" where nothing was.
        at: When it was collected, aware UTC.
        masked: Kind to how many placeholders stand in it.
    """

    name: str
    says: str
    type: Type
    content: bytes = field(repr=False)
    by: str = ""
    call: str = ""
    at: datetime
    masked: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What a bundle does not hold although it was asked for, and why, in words."""

    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a manifest says beside its files.

    Attributes:
        since: The window looked at begins here, aware UTC.
        until: And ends here.
        collected_at: When everything was together; the members' time too.
        took_ms: From the beginning of collecting until then.
        masked: What is masked in all of it, in words; "" for nothing.
        definition: By which definition of sensitive data, in words.
        original: The alert whose original it is; "" for diagnostics.
    """

    incident: str
    exercise: bool
    since: datetime
    until: datetime
    collected_at: datetime
    took_ms: int = 0
    masked: str = ""
    definition: str = ""
    original: str = ""
    missing: tuple[Missing, ...] = ()


def archive(about: About, files: Sequence[File]) -> bytes:
    """Return the bytes of a bundle; its files stay in the order given.

    Raises:
        ValueError: A name is not plain, or stands twice: a mistake of the caller.
    """
    names = [MANIFEST, *(one.name for one in files)]
    if len(set(names)) != len(names) or not all(map(_is_plain, names)):
        raise ValueError("the names in a bundle are plain, and each stands once")
    made = io.BytesIO()
    at = int(about.collected_at.timestamp())
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        _add(tar, MANIFEST, _manifest(about, files), at)
        for one in files:
            _add(tar, one.name, one.content, at)
    return made.getvalue()


def read_archive(content: bytes) -> tuple[Mapping[str, Any], Mapping[str, bytes]]:
    """Return the manifest and the files of a bundle that we made ourselves.

    Raises:
        ValueError: It is none.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            found = dict(_members(tar))
        manifest: Mapping[str, Any] = orjson.loads(found.pop(MANIFEST))
    except (tarfile.TarError, KeyError, orjson.JSONDecodeError) as error:
        raise ValueError("this is no bundle") from error
    return manifest, found


def type_of(name: str) -> Type:
    """Return how a file is shown, by the ending of its name."""
    return _TYPES.get(name.rpartition(".")[2].lower(), "text")


def member_name(name: str, taken: Sequence[str] | set[str] = ()) -> str:
    """Return a name that every tar reader and file system takes, and that is free.

    What is not plain ASCII becomes a dash, so a name leads to no other directory and
    is no option of a command; a name that is taken gets a number.
    """
    folder, _, base = name.rpartition("/")
    stem, dot, ending = _NOT_PLAIN.sub("-", base).lstrip(".-_+=").rpartition(".")
    if not dot:
        stem, ending = ending, "txt"
    ending = ending[:8] or "txt"
    stem = stem[:_LONGEST_STEM].strip(".-") or "file"
    front = PLOTS if f"{folder}/" == PLOTS else ""
    found, n = f"{front}{stem}.{ending}", 1
    while found in taken or found == MANIFEST:
        n += 1
        found = f"{front}{stem}-{n}.{ending}"
    return found


def _is_plain(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and len(name) <= LONGEST_NAME


def _manifest(about: About, files: Sequence[File]) -> bytes:
    original = {"original": about.original} if about.original else {}
    return orjson.dumps(
        {
            "format": FORMAT,
            "incident": about.incident,
            "exercise": about.exercise,
            "since": about.since.isoformat(),
            "until": about.until.isoformat(),
            "collected_at": about.collected_at.isoformat(),
            "took_ms": about.took_ms,
            "masked": about.masked,
            "definition": about.definition,
            **original,
            "missing": [{"by": one.by, "why": one.why} for one in about.missing],
            "files": [_told(one) for one in files],
        },
        option=orjson.OPT_INDENT_2,
    )


def _told(file: File) -> dict[str, Any]:
    return {
        "name": file.name,
        "says": file.says,
        "type": file.type,
        "bytes": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "by": file.by,
        "call": file.call,
        "at": file.at.isoformat(),
        "masked": [
            {"kind": kind, "count": count}
            for kind, count in sorted(file.masked.items())
        ],
    }


def _add(tar: tarfile.TarFile, name: str, content: bytes, at: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(content), _MODE, at
    tar.addfile(member, io.BytesIO(content))


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in tar:
        file = tar.extractfile(member)
        if file is not None:
            yield member.name, file.read()
