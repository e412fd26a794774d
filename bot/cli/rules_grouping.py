"""What a site's file of grouping changes, for `tocsin rules lint`. Reads files only."""

from pathlib import Path

from bot.cli.guarded import say
from bot.config.site_file import site_name, site_text
from bot.domain.grouping_rules import GroupingRules
from bot.rules import read_rulebook
from bot.rules.grouping_file import read_grouping, switched_off


def lint_grouping(path: Path, *, triage: Path | None) -> None:
    """Say that a file can be laid over the shipped grouping, and what it does there.

    Args:
        triage: The site's triage rules, whose categories count.

    Raises:
        BadSettings: It cannot be used.
    """
    rulebook = read_rulebook(site_text(triage), overlay_name=site_name(triage))
    categories, text = tuple(rulebook.categories), site_text(path)
    site = read_grouping(categories, text, overlay_name=path.name)
    shipped = read_grouping(categories)
    known = {one.id for one in shipped.together}
    for name in switched_off(text):
        if name not in known:
            say(f"note: {path.name}: there is no {name} to switch off")
    say(f"{path.name}: {_changes(shipped, site)}")


def _changes(shipped: GroupingRules, site: GroupingRules) -> str:
    before = {one.id: one for one in shipped.together}
    after = {one.id: one for one in site.together}
    both = before.keys() & after.keys()
    replaced = sum(before[name] != after[name] for name in both)
    weights = site.entities.weights.items() - shipped.entities.weights.items()
    ids = len(site.entities.common - shipped.entities.common)
    loud = len(site.never_silent - shipped.never_silent)
    return (
        f"meanings: {len(after.keys() - before.keys())} added, {replaced} replaced, "
        f"{len(before.keys() - after.keys())} switched off; "
        f"{len(weights)} weights changed, {ids} common ids added, "
        f"{loud} more never silent"
    )
