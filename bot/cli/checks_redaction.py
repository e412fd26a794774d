"""What `tocsin doctor` says about the definition of sensitive data.

Which one is in force, who answers for it, what the site's overlay changes, and whether
the bot that wrote the log last was started with it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.cli import checks_names
from bot.cli.checks import OK, WARN, Check
from bot.cli.opening import STORE_FILE
from bot.config import Settings
from bot.config.site_file import site_name, site_text

if TYPE_CHECKING:
    from bot.readmodels.definitions import InForce
    from bot.redact import Definition

_DIGITS = 12
_MOST = 5


def look(settings: Settings) -> Iterator[Check]:
    """Say which definition is in force, and what the site changes of it."""
    from bot.redact import load_definition

    text = site_text(settings.redact.overlay)
    definition = load_definition(text or None)
    yield Check(name="redaction", state=OK, says=_says(definition))
    if text:
        name = site_name(settings.redact.overlay)
        own = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
        says = f"{name}, sha256 {own}: {_changes(definition, load_definition())}"
        yield Check(name="redaction overlay", state=OK, says=says)
    yield from checks_names.look(settings, listed=len(definition.known_names))
    recorded = _recorded(settings)
    if recorded and recorded[-1].definition.digest != definition.digest:
        told = recorded[-1].definition.digest[:_DIGITS]
        yield Check(
            name="redaction in force",
            state=WARN,
            says=f"the bot that wrote the log last goes by sha256 {told}",
            next_move="Start the bot again; it writes into the log what changed.",
        )


def _says(definition: "Definition") -> str:
    rules = [rule for rule in definition.rules if not rule.kept]
    return (
        f"definition {definition.version} of {definition.owner or 'nobody'}, "
        f"{len(rules)} rules for {len(definition.kinds())} kinds, "
        f"sha256 {definition.digest[:_DIGITS]}"
    )


def _changes(site: "Definition", shipped: "Definition") -> str:
    """Say in a clause what an overlay changes."""
    added = [one.kind for one in site.rules if one not in _as_shipped(site, shipped)]
    before, after = set(shipped.kinds()), set(site.kinds())
    kept = [f"{kind} ({why})" for kind, why in sorted(site.kept_because.items())]
    shields = len(site.shields) - len(shipped.shields)
    people = len(site.known_names)
    parts = (
        f"adds rules for {_few(sorted(set(added)))}" if added else "",
        f"keeps {_few(kept)}" if kept else "",
        f"takes out {_few(sorted(after - before - set(added)))}"
        if after - before - set(added)
        else "",
        f"adds {shields} shields" if shields else "",
        f"names {people} {'person' if people == 1 else 'people'}" if people else "",
        f"gives it to {site.owner}" if site.owner != shipped.owner else "",
    )
    return "; ".join(filter(None, parts)) or "changes nothing"


def _as_shipped(site: "Definition", shipped: "Definition") -> tuple[object, ...]:
    """Return the site's rules that are shipped ones, whatever it keeps of them."""
    patterns = {(one.kind, one.pattern) for one in shipped.rules}
    return tuple(one for one in site.rules if (one.kind, one.pattern) in patterns)


def _few(names: Sequence[str]) -> str:
    rest = len(names) - _MOST
    more = f" and {rest} more" if rest > 0 else ""
    return ", ".join(names[:_MOST]) + more


def _recorded(settings: Settings) -> "tuple[InForce, ...]":
    from bot.readmodels.definitions import definitions
    from bot.store.sqlite import SqliteStore

    path = settings.home / STORE_FILE
    if not path.exists():
        return ()
    store = SqliteStore(path, read_only=True)
    try:
        return store.read(definitions)
    finally:
        store.close()
