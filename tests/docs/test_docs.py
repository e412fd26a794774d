"""The texts are true: versions agree, links lead somewhere, commands have help.

How the words should sound is in CONTRIBUTING.md; no test can tell.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot import __version__
from bot.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PER_LINE = re.MULTILINE | re.DOTALL
ADRS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _prose(page: Path) -> str:
    """Return a page without its code blocks and code spans."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=PER_LINE)
    return re.sub(r"`[^`\n]*`", "", text)


def _links(page: Path) -> list[str]:
    """Return the targets of a page's links and pictures that are ours."""
    targets = re.findall(r"\]\(([^)\s]+)\)", _prose(page))
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def _anchors(page: Path) -> set[str]:
    """Return the names under which a page's headings can be linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading).strip() for heading in headings)
    return {heading.lower().replace(" ", "-") for heading in plain}


def _commands(
    command: click.Command, path: tuple[str, ...] = ("tocsin",)
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with the words that call it."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        for name, below in sorted(command.commands.items()):
            yield from _commands(below, (*path, name))


def test_the_changelog_begins_with_the_version_of_the_program() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert versions[0] == __version__


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in _links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        missing_part = anchor and target.suffix == ".md" and target.exists()
        if not target.exists() or (missing_part and anchor not in _anchors(target)):
            dead.append(link)
    assert dead == []


def test_the_readme_asks_for_two_commands_and_no_more() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    start = readme.index("## Start")
    section = readme[start : readme.index("\n## ", start + 1)]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, PER_LINE)
    assert [block.strip() for block in blocks] == ["make run", "make test"]


def test_every_command_and_every_option_says_what_it_does() -> None:
    silent = [
        (words, one.name)
        for words, command in _commands(main)
        for one in (command, *command.params)
        if isinstance(one, click.Command | click.Option)
        and not (one.help or "").strip()
    ]
    assert silent == []


@pytest.mark.parametrize("adr", ADRS, ids=_name)
def test_a_decision_says_why_and_what_would_change_it(adr: Path) -> None:
    headings = re.findall(r"^## (.+)$", adr.read_text("utf-8"), re.MULTILINE)
    assert headings == [
        "Context",
        "Decision",
        "Consequences",
        "What would change our mind",
    ]


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(adr.name[:4]) for adr in ADRS] == list(range(1, len(ADRS) + 1))


def test_the_index_lists_every_decision_and_concept() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / link).resolve() for link in _links(index)}
    concepts = set((ROOT / "docs" / "concepts").glob("*.md"))
    assert concepts | set(ADRS) <= listed
