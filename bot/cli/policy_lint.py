"""`tocsin policy lint`: what an owner of policies would stumble over.

Nothing here is an error of the files, which are refused when they are read: waivers
that end, names that nobody knows, groups that nobody has filled.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.guarded import say, say_json
from bot.cli.opening import open_settings

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.gate.policy import Need, Policy

_DIRECTORY = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("directory", metavar="[DIR]", type=_DIRECTORY, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def lint(directory: Path | None, *, as_json: bool) -> None:
    """Check the site's policies and waivers in DIR, by default those in force.

    Says which waivers are over or end within 14 days, which of their systems and
    actions nobody knows, which groups no Slack group fills although a system needs
    them, which names of groups in rules are nearly those of Tocsin, and which rules
    no case expects.

    Exit status: 0 all is fine, 1 there are remarks or the policies cannot be read.
    """
    from bot.gate.policy import Policy

    settings = open_settings()
    site = directory or settings.gate.site
    found = list(remarks(Policy.load(site), settings, site=site))
    if as_json:
        say_json([{"about": about, "problem": problem} for about, problem in found])
    else:
        for about, problem in found:
            say(f"{about}: {problem}")
        say(f"{len(found)} remark{'s' * (len(found) != 1)}", err=True)
    sys.exit(1 if found else 0)


def remarks(
    policy: "Policy", settings: "Settings", *, site: Path | None
) -> Iterator[tuple[str, str]]:
    """Yield what each remark is about, and the remark."""
    yield from _waivers(policy, settings)
    yield from _groups(policy, settings)
    yield from _literals(policy)
    yield from _cases(policy, site)


def _waivers(policy: "Policy", settings: "Settings") -> Iterator[tuple[str, str]]:
    from bot.cli.registry import registry_of
    from bot.gate.catalogue import load_actions

    now = datetime.now(UTC)  # noqa: TID251 - the question is about today
    for one, says in policy.waivers.ending(now=now):
        yield f"waiver {one.id}", f"{says}; owner {one.owner}, rule {one.rule}"
    if not policy.waivers.all:
        return
    systems, actions = registry_of(settings), load_actions()
    for one in policy.waivers.all:
        for name in one.systems:
            if systems.get(name) is None:
                yield f"waiver {one.id}", f"the registry has no system {name}"
        for name in one.actions:
            if name not in actions:
                yield f"waiver {one.id}", f"there is no action {name}"


def _groups(policy: "Policy", settings: "Settings") -> Iterator[tuple[str, str]]:
    """Yield the systems whose plans are agreed to without a group they would need."""
    from bot.cli.registry import registry_of
    from bot.domain.groups import GROUPS
    from bot.gate.groups import GroupNames

    names = GroupNames(settings.gate.groups)
    for system in registry_of(settings).systems:
        named = names.named(system)
        for need in policy.needs(_some_plan(system), named=GROUPS) or ():
            if need.group not in named and not policy.rules[need.rule].site:
                yield f"system {system.id}", _unnamed(need)


def _unnamed(need: "Need") -> str:
    return (
        f"nobody has named the group {need.group}, so its plans are agreed to without "
        f"it although {need.because}; see gate.groups"
    )


def _some_plan(system: Any) -> Any:
    from bot.gate.policy_ordinary import question_of

    facts = {
        "system": system.id,
        "data_classes": list(system.data_classes),
        "legal_hold": system.legal_hold,
        "cuts_off_customers": system.customers,
    }
    return question_of(what=facts).plan


def _literals(policy: "Policy") -> Iterator[tuple[str, str]]:
    """Yield names of groups in the site's rules that are nearly known ones."""
    import difflib

    from bot.domain.groups import GROUPS

    for rule in policy.rules.values():
        for name in sorted(set(_texts_beside_groups(rule.body))) if rule.site else ():
            close = difflib.get_close_matches(name, GROUPS, n=1, cutoff=0.75)
            if name not in GROUPS and close:
                nearest = f"the nearest known is {close[0]!r}"
                yield f"rule {rule.id}", f"it asks for the group {name!a}; {nearest}"


def _texts_beside_groups(body: Any) -> Iterator[str]:
    """Yield the texts that a rule compares groups with, from Cedar's JSON."""
    if isinstance(body, dict):
        for name, value in body.items():
            if name.startswith("contains") and '"groups"' in str(value).replace(
                "'", '"'
            ):
                yield from _texts(value)
            yield from _texts_beside_groups(value)
    elif isinstance(body, list):
        for one in body:
            yield from _texts_beside_groups(one)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "Value" and isinstance(one, str):
                yield one
            else:
                yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _cases(policy: "Policy", site: Path | None) -> Iterator[tuple[str, str]]:
    from bot.gate.policy_cases import case_files, read_cases, untested
    from bot.gate.policy_reading import SHIPPED

    cases = read_cases(case_files(SHIPPED, *([site] if site else [])))
    for name in untested(policy, cases):
        yield f"rule {name}", "no case expects it; write one for every rule"
