"""Writes the reference pages from the code; `--check` only says if they differ.

    python scripts/reference.py [--check]

Pages: docs/reference/{settings,commands,errors,events,sources,actions}.md.
"""

import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.cli import main as tocsin  # noqa: E402 - the path comes first
from bot.config import PREFIX, sections  # noqa: E402
from bot.domain.errors import TocsinError  # noqa: E402
from bot.domain.events import Event  # noqa: E402
from bot.gate.catalogue import load_actions  # noqa: E402
from bot.triage import load_integrations  # noqa: E402
from tests.actions.worlds_all import where_exercised  # noqa: E402

PAGES = ROOT / "docs" / "reference"
MADE = "<!-- Made by scripts/reference.py; change the code, then run `make docs`. -->"


def settings_page() -> str:
    """Return every section, key, twin, default and sentence."""
    parts = ["# Settings", MADE, SETTINGS_HEAD]
    for name, model in sections().items():
        parts.append(f"## `[{name}]`\n\n{inspect.getdoc(model)}")
        rows = ["| key | environment | default | what it does |", "|---|---|---|---|"]
        own = inspect.get_annotations(model)
        for key in sorted(model.model_fields, key=lambda one: one not in own):
            field = model.model_fields[key]
            twin = f"{PREFIX}{name}_{key}".upper().replace(".", "_")
            default = "" if field.default in (None, (), {}) else f"`{field.default}`"
            rows.append(f"| `{key}` | `{twin}` | {default} | {field.description} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


SETTINGS_HEAD = """Settings come from `tocsin.toml` (or the file that `TOCSIN_CONFIG` names) and from the environment, which wins.
Every secret also has a twin that ends in `_FILE` and names a file to read.
`TOCSIN_HOME` says where state lives; it is `.tocsin` unless set.
An unknown key refuses to start and names the nearest known one."""


def commands_page() -> str:
    """Return every command's own help."""
    parts = ["# Commands", MADE]
    for path, command in _walk("tocsin", tocsin):
        context = click.Context(command, info_name=path, terminal_width=88)
        parts.append(f"## `{path}`\n\n```\n{command.get_help(context)}\n```")
    return "\n\n".join(parts) + "\n"


def _walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _walk(f"{path} {name}", command.commands[name])


def errors_page() -> str:
    """Return every error code, what it means and if trying again is safe."""
    parts = ["# Errors", MADE, ERRORS_HEAD]
    for kind in _every(TocsinError):
        safe = (
            "safe: nothing happened" if kind.retry_is_safe else "not known to be safe"
        )
        parts.append(f"## `{kind.code}`\n\n{_first(kind)}\n\nTrying again is {safe}.")
    return "\n\n".join(parts) + "\n"


ERRORS_HEAD = """Every error says what did not happen, because of which fact, and the next move.
Codes are stable; logs, metrics and tests use them."""


def _every(kind: type[TocsinError]) -> Iterator[type[TocsinError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _every(child)


def events_page() -> str:
    """Return every stored event and its fields."""
    parts = ["# Events", MADE, EVENTS_HEAD]
    for kind in get_args(Event):
        rows = ["| field | kind |", "|---|---|"]
        for name, hint in _fields(kind).items():
            held = "words, erasable" if "Untrusted" in str(hint) else "fact"
            rows.append(f"| `{name}` | {held} |")
        table = "\n".join(rows)
        parts.append(f"## `{kind.name}`\n\n{_first(kind)}\n\n{table}")
    return "\n\n".join(parts) + "\n"


EVENTS_HEAD = """What the log can hold about an incident.
Facts stay for ever; words are kept apart and can be erased, and the log still verifies."""


def _fields(kind: type) -> Mapping[str, object]:
    hints = inspect.get_annotations(kind)
    return {name: hint for name, hint in hints.items() if name != "name"}


def _first(kind: type) -> str:
    return (inspect.getdoc(kind) or "").split("\n\nAttributes")[0]


def sources_page() -> str:
    """Return every source a sender can post to, from the integrations' manifests."""
    rows = ["| source | product | what is understood | signed |", "|---|---|---|---|"]
    for name, one in sorted(load_integrations().items()):
        told = one.MANIFEST
        # What Tocsin itself writes comes through no door.
        if getattr(told, "ours", False):
            continue
        signed = f"`{told.signature}`" if told.signature else ""
        title = f"[{told.title}]({told.docs})"
        rows.append(f"| `{name}` | {title} | {told.summary} | {signed} |")
    return "\n\n".join(["# Sources", MADE, SOURCES_HEAD, "\n".join(rows)]) + "\n"


SOURCES_HEAD = """A source is the word in `/alerts/<source>` and in `[sources.<source>]`.
The name of the product leads to its own description of what it sends.
*Signed* names the scheme by which the vendor proves who sends; the others are told apart by a token or by the address.

`tocsin triage FILE` finds the source by the payload's shape.
Sources that know one product are asked first, those that know a transport (CloudEvents, SNS) then, `webhook` last.
No two of one kind know the same payload, so nothing depends on their order."""


def actions_page() -> str:
    """Return every action of the catalogue, from the actions' manifests."""
    rows = [
        "| action | what it does | level | calls | role | back | exercised on |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in load_actions().items():
        told = one.MANIFEST
        levels = ", ".join(f"{v} {k}".strip() for k, v in told.level.items())
        calls = " ".join(f"`{call}`" for call in told.calls)
        back = f"`{told.rollback}`" if told.rollback else told.irreversible_because
        role = f"`{getattr(one, 'ROLE', '')}`"
        where = where_exercised(name)
        rows.append(
            f"| `{name}` | {told.title} | {levels} | {calls} | {role} | {back} | {where} |"
        )
    return "\n\n".join(["# Actions", MADE, ACTIONS_HEAD, "\n".join(rows)]) + "\n"


ACTIONS_HEAD = """What can be proposed, and nothing else; how a plan becomes an effect is on [the gate](../concepts/gate.md).
A level without a stage is for systems of every other stage. A role may make the calls that write and those that the plan rests on; its policy is the file of that name in `bot/aws`, of Kubernetes in `bot/outside/k8s`. Of [LiteLLM](../guides/litellm.md) it is the role of the user whose key acts. A site can describe [actions of its own](../guides/http-actions.md).

`tests/actions` walks each of them where rights are enforced: planned, applied, seen to work, undone;
left alone when the world moved; refused with another plan's session; the same plan twice the same digest; playable in a drill.

*Exercised on* says where that is. **ministack** is the practice cloud, so these can also be tried with `tocsin run`.
**checked fake** is a server of the tests for calls that no emulator has (`tests/awsfake`): it takes what the SDK really sends, compares
every argument and every answer with AWS's own service model, and judges by the shipped policies. It proves that the calls are
well formed, allowed and no more than that; how AWS itself behaves between them it only plays.
Those of Kubernetes are walked in a **checked cluster** on loopback that judges by the shipped manifests ([how](../guides/kubernetes.md#how-it-is-tested)), those of LiteLLM against a **checked stand-in** that refuses what the proxy would."""


def main() -> int:
    """Write the pages, or say which differ."""
    made = {
        "settings.md": settings_page(),
        "commands.md": commands_page(),
        "errors.md": errors_page(),
        "events.md": events_page(),
        "sources.md": sources_page(),
        "actions.md": actions_page(),
    }
    differ = [n for n, text in made.items() if _text(PAGES / n) != text]
    if "--check" in sys.argv[1:]:
        for name in differ:
            sys.stderr.write(f"docs/reference/{name} is not up to date: make docs\n")
        return 1 if differ else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in differ:
        (PAGES / name).write_text(made[name], "utf-8")
    return 0


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
