"""Reads a scenario from its YAML text, strictly, and says what is wrong and where.

Only plain values: no tags, no anchors, no key twice, at most 256 KiB. The text may
come from people who share scenarios, so it is read as data and nothing else. Which
folder the files lie in is `bot/drills/shelf.py`'s business.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson
import yaml
from pydantic import TypeAdapter, ValidationError

from bot.domain.drill import Scenario
from bot.domain.drill_fields import Place, Problem
from bot.domain.drill_reading import Reading
from bot.domain.drill_rules import broken_rules
from bot.domain.plain_yaml import WRONG_VALUE

_MOST_BYTES = 256 * 1024
_DEEPEST = 40
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCENARIO = TypeAdapter(Scenario)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem with its place in the file.

    Attributes:
        line: From 1; 0 where none can be named.
        field: E.g. ``msel[2].obj``; "" for the whole file.
    """

    file: str
    line: int
    field: str
    because: str
    next_move: str
    is_warning: bool = False

    def __str__(self) -> str:
        """Return it as compilers do, so that editors find the place."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        kind = "warning: " if self.is_warning else ""
        what = f"{self.field}: " if self.field else ""
        return f"{where}: {kind}{what}{self.because}. {self.next_move}"


def read_drill(
    text: str,
    *,
    name: str,
    stem: str,
    payload: Callable[[str], str | None],
    sources: Collection[str],
) -> tuple[Scenario | None, tuple[Finding, ...]]:
    """Return a scenario, or None, and everything that is wrong with its file.

    A file with warnings only gives a scenario.

    Args:
        name: As the file is shown in findings.
        stem: The name without its ending, to compare the id with; "" for none.
        payload: Returns the text of a payload file, None where there is none.
        sources: Names of the integrations that read alerts.
    """
    tree, bad, line = _composed(text)
    if tree is None or bad:
        return None, tuple(_finding(name, {(): line}, one) for one in bad)
    lines: dict[Place, int] = {}
    problems = list(_walk(tree, (), lines))
    reading = Reading(payload=payload, sources=sources)
    found = None
    if not problems:
        loaded = yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader)
        found = reading.scenario(loaded)
        problems = list(reading.problems)
    if found is not None:
        problems += broken_rules(found, stem=stem)
    findings = tuple(_finding(name, lines, one) for one in problems)
    is_broken = any(not one.is_warning for one in problems)
    if found is None or is_broken:
        return None, findings
    return replace(found, id=stem or found.id), findings


def to_text(scenario: Scenario) -> str:
    """Return a scenario as canonical JSON: with this a run goes on."""
    return orjson.dumps(asdict(scenario), option=orjson.OPT_SORT_KEYS).decode()


def from_text(text: str) -> Scenario | None:
    """Return what `to_text` wrote; None where it is not that."""
    try:
        return _SCENARIO.validate_json(text)
    except ValidationError:
        return None


def _composed(text: str) -> tuple[yaml.Node | None, list[Problem], int]:
    """Return the tree; or what is wrong with the whole file, and its line."""
    if len(text.encode("utf-8", "replace")) > _MOST_BYTES:
        return None, [_whole("it is over 256 KiB", "Keep payloads in files.")], 0
    try:
        for problem, line in _refused(text):
            return None, [problem], line
        tree = yaml.compose(text, Loader=_LOADER)
        yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader)
    except (yaml.YAMLError, *WRONG_VALUE) as bad:
        said = "it is not plain YAML"
        broken = _whole(said, "Compare it with the shipped drill.")
        return None, [broken], _line(getattr(bad, "problem_mark", None))
    if tree is None:
        return None, [_whole("it is empty", "Copy the shipped drill.")], 0
    return tree, [], 0


def _refused(text: str) -> Iterator[tuple[Problem, int]]:
    """Yield what no scenario may have, with its line, before anything is built.

    The depth is watched here and not in the tree: YAML's readers call themselves
    once per level, and the one in Python takes a time that grows with its square.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if getattr(event, "anchor", None) is not None:
            said = "anchors and aliases are not read"
            yield _whole(said, "Write the value out."), _line(event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            yield _whole("it is too deep", "Flatten it."), _line(event.start_mark)


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 0


def _walk(node: yaml.Node, at: Place, lines: dict[Place, int]) -> list[Problem]:
    """Note the line of every value; return what is there twice or too deep."""
    lines[at] = node.start_mark.line + 1
    if len(at) > _DEEPEST:
        return [Problem(place=at, because="it is too deep", next_move="Flatten it.")]
    found: list[Problem] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                said = f"the key {name[:40]!a} is there twice"
                found.append(
                    Problem(place=(*at, name), because=said, next_move="Keep one.")
                )
            seen.add(name)
            found += _walk(value, (*at, name), lines)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            found += _walk(value, (*at, i), lines)
    return found


def _finding(name: str, lines: dict[Place, int], problem: Problem) -> Finding:
    place = problem.place
    while place and place not in lines:
        place = place[:-1]
    return Finding(
        file=name,
        line=lines.get(place, 0),
        field=_shown(problem.place),
        because=problem.because,
        next_move=problem.next_move,
        is_warning=problem.is_warning,
    )


def _shown(place: Place) -> str:
    parts = [f"[{one}]" if isinstance(one, int) else f".{one}" for one in place]
    return "".join(parts).removeprefix(".")


def _whole(because: str, next_move: str) -> Problem:
    return Problem(place=(), because=because, next_move=next_move)
