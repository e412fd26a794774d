"""Which editions of a site's HTTP actions have been seen: none older is loaded again.

A signature never ends, so who can write into the folder could put an older edition back
that was signed once. What this bot has loaded is remembered beside its other state, and
an action's version only goes up. Who wants an older text back signs it as a newer one.
"""

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

from bot.domain.errors import BadSettings
from bot.gateways.site_action import SiteAction

NAME = "http-actions.json"
Seen = Mapping[str, tuple[int, str]]
"""Action → version and SHA-256 hex of the newest file that was loaded."""


def remember(path: Path, actions: Iterable[SiteAction]) -> None:
    """Take in what is loaded now, after comparing it with what was.

    Raises:
        BadSettings: As `check`; nothing is taken in then.
    """
    known = dict(check(path, actions))
    found = {one.MANIFEST.name: (one.MANIFEST.version, one.DIGEST) for one in actions}
    if known | found != known:
        _write(path, known | found)


def check(path: Path, actions: Iterable[SiteAction]) -> Seen:
    """Return what was loaded before, none of it newer than what is loaded now.

    Raises:
        BadSettings: An action is older than one of its name that was loaded, or is
            another one of the same version; or what was loaded cannot be read.
    """
    known = _read(path)
    for one in actions:
        name, version = one.MANIFEST.name, one.MANIFEST.version
        newest, digest = known.get(name, (version, one.DIGEST))
        if version < newest:
            because = f"version {newest} of it was loaded before, and this is {version}"
            raise _refused(name, because)
        if version == newest and digest != one.DIGEST:
            because = f"version {version} of it was another file when it was loaded"
            raise _refused(name, because)
    return known


def _read(path: Path) -> Seen:
    try:
        held = orjson.loads(path.read_bytes())
        return {
            str(name): (int(one["version"]), str(one["sha256"]))
            for name, one in held.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BadSettings(
            "The HTTP actions were not loaded",
            because=f"{path.name} cannot be read, and older ones could not be told",
            next_move=f"Look at the actions' files; then remove {path}.",
        ) from None


def _write(path: Path, seen: Seen) -> None:
    """Replace the file as a whole: half of it would be none."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = {
        name: {"version": version, "sha256": digest}
        for name, (version, digest) in sorted(seen.items())
    }
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        beside.unlink()
    made = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(made, "wb") as out:
        out.write(orjson.dumps(held, option=orjson.OPT_INDENT_2))
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)


def _refused(name: str, because: str) -> BadSettings:
    return BadSettings(
        f"{name} was not loaded",
        because=because,
        next_move="Give the file a higher version and have it signed again.",
    )
