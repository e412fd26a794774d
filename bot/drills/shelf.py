"""The shelf of drills: reading the folder of scenarios.

One YAML file a scenario; payload files may lie beside it or beside its folder.
What a file may hold is in `bot/rules/drill_file.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from bot.domain.drill import Inject, InjectKind, Scenario
from bot.domain.errors import BadRequest, NotFound
from bot.domain.quoting import named
from bot.rules.drill_file import Finding, read_drill

_ENDING = ".yaml"
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillShelf:
    """The scenarios that can be played.

    Attributes:
        folder: Where the files lie; one that is missing is an empty shelf.
        sources: Names of the integrations that read alerts.
    """

    folder: Path
    sources: Collection[str]

    def names(self) -> tuple[str, ...]:
        """Return the ids of the scenarios, by name of their files."""
        return tuple(path.stem for path in sorted(self.folder.glob(f"*{_ENDING}")))

    def read(self, name: str) -> Scenario:
        """Return one scenario.

        Raises:
            NotFound: There is no file of this name.
            BadRequest: Its file cannot be played; names the first problem.
        """
        if name not in self.names():
            known = ", ".join(self.names()) or "none"
            raise NotFound(
                "The drill was not started",
                because=f"there is no scenario {named(name)}",
                next_move=f"There are: {known}. See `tocsin drill list`.",
            )
        scenario, findings = self.lint(self.folder / f"{name}{_ENDING}")
        broken = [one for one in findings if not one.is_warning]
        lacking = scenario and [one.n for one in scenario.injects if _lacks(one)]
        if scenario is None or lacking:
            why = str(broken[0]) if broken else f"inject {lacking} has no payload"
            raise BadRequest(
                "The drill was not started",
                because=f"its file cannot be played ({why.rstrip('.')})",
                next_move="Correct it; `tocsin drill lint` names every problem.",
            )
        return scenario

    def lint(self, path: Path) -> tuple[Scenario | None, tuple[Finding, ...]]:
        """Return the scenario of a file, or everything that is wrong with it."""
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            said = "it cannot be opened as UTF-8 text"
            return None, (_unreadable(path.name, said),)
        return read_drill(
            text,
            name=path.name,
            stem=path.stem if path.parent == self.folder else "",
            payload=lambda given: _payload(path.parent, given),
            sources=self.sources,
        )


def _lacks(inject: Inject) -> bool:
    """Tell whether an alert that must be told has no payload."""
    return inject.kind is InjectKind.ALERT and not (inject.body or inject.by_hand)


def _payload(folder: Path, given: str) -> str | None:
    """Return a payload file's text; None where it is not below the folders."""
    for base in (folder, folder.parent):
        found = (base / given).resolve()
        if not found.is_relative_to(base.resolve()) or not found.is_file():
            continue
        if found.stat().st_size > _MOST_BYTES:
            return None
        try:
            return found.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
    return None


def _unreadable(name: str, because: str) -> Finding:
    return Finding(
        file=name,
        line=0,
        field="",
        because=because,
        next_move="Look at its permissions and its encoding.",
    )
