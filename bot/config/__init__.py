"""The settings, read once: `tocsin.toml`, then the environment, which wins.

Every key has an environment twin, ``TOCSIN_<SECTION>_<KEY>``, and every secret
also a ``…_FILE`` twin that names a file. All problems are reported together; an
unknown key refuses to start and names the nearest known one. No other module
reads the environment.
"""

import difflib
import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError

from bot.config.sections import Settings
from bot.config.sources import Source
from bot.domain.errors import BadSettings

__all__ = [
    "PREFIX",
    "Settings",
    "inherited",
    "load",
    "secret",
    "sections",
    "shipped_runbooks",
]

PREFIX = "TOCSIN_"
_OUTSIDE_SECTIONS = ("TOCSIN_HOME", "TOCSIN_CONFIG")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Args:
        environ: The environment; None reads the process's own.

    Raises:
        BadSettings: Every problem found, one per line.
    """
    env = os.environ if environ is None else environ  # noqa: TID251 - the one place
    config = Path(env.get("TOCSIN_CONFIG", "tocsin.toml"))
    given = _from_file(config)
    problems = _from_environment(given, env)
    given["home"] = Path(env.get("TOCSIN_HOME", ".tocsin"))
    problems += _unknown_keys(Settings, given, "")
    if problems:
        raise _bad(problems)
    try:
        return Settings.model_validate({**_NOTHING_SAID, **given})
    except ValidationError as error:
        raise _bad([_problem(one) for one in error.errors()]) from None


# A section that is left out is read as an empty one, all of them by one validator: an
# own one for each would be built for its defaults alone.
_NOTHING_SAID: Mapping[str, Any] = {
    name: {} for name, field in Settings.model_fields.items() if field.default_factory
}


def secret(value: SecretStr | None) -> str:
    """Return a secret's text, "" if it is not set."""
    return "" if value is None else value.get_secret_value()


def shipped_runbooks() -> Path:
    """Return the folder of the runbooks that come with Tocsin."""
    return Path(__file__).resolve().parent.parent.parent / "runbooks"


def inherited(names: Collection[str]) -> dict[str, str]:
    """Return what a child process of ours gets of the environment."""
    return {k: v for k, v in os.environ.items() if k in names}  # noqa: TID251 - the one place


def sections() -> Mapping[str, type[BaseModel]]:
    """Return every section's name and model, for the generated reference."""
    found: dict[str, type[BaseModel]] = {}
    for name, field in Settings.model_fields.items():
        model = _section_model(field.annotation)
        if model is not None:
            found["sources.<name>" if name == "sources" else name] = model
    return found


def _section_model(annotation: Any) -> type[BaseModel] | None:
    candidate = get_args(annotation)[-1] if get_origin(annotation) else annotation
    is_model = isinstance(candidate, type) and issubclass(candidate, BaseModel)
    return candidate if is_model else None


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _bad([f"{path.name} is not TOML: {error}"]) from None


def _from_environment(given: dict[str, Any], env: Mapping[str, str]) -> list[str]:
    """Put the environment's values over the file's; return what is wrong."""
    problems: list[str] = []
    for name, text in sorted(env.items()):
        if not name.startswith(PREFIX) or name in _OUTSIDE_SECTIONS:
            continue
        section, _, key = name.removeprefix(PREFIX).lower().partition("_")
        value = text
        if key.endswith("_file"):
            key = key.removesuffix("_file")
            try:
                value = Path(text).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError):
                problems.append(f"{name} names a file that cannot be read")
                continue
        _put(given, section, key, value)
    return problems


def _put(given: dict[str, Any], section: str, key: str, value: str) -> None:
    target = given.setdefault(section, {})
    if section != "sources":
        target[key] = value
        return
    source, field = _source_and_field(key)
    if not field:
        target[key] = value
        return
    # The environment has no small letters and no "-": a name of the file counts.
    named = next((one for one in target if one.replace("-", "_") == source), source)
    target.setdefault(named, {})[field] = value


def _source_and_field(key: str) -> tuple[str, str]:
    """Split ``gateway_path_secret`` before the longest field; "" when none fits."""
    for field in sorted(Source.model_fields, key=len, reverse=True):
        if key.endswith("_" + field):
            return key.removesuffix("_" + field), field
    return key, ""


def _unknown_keys(model: type[BaseModel], given: Any, where: str) -> list[str]:
    if not isinstance(given, dict):
        return [f"{where or 'the file'} must be a table"]
    problems: list[str] = []
    for key, value in given.items():
        at = f"{where}.{key}" if where else key
        if key not in model.model_fields:
            problems.append(_nearest(at, key, tuple(model.model_fields)))
            continue
        inner = _section_model(model.model_fields[key].annotation)
        if inner is None:
            continue
        tables = value if key == "sources" and isinstance(value, dict) else {"": value}
        for name, table in tables.items():
            problems += _unknown_keys(inner, table, f"{at}.{name}" if name else at)
    return problems


def _nearest(at: str, key: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"the nearest is {close[0]}" if close else "known: " + ", ".join(known)
    return f"there is no setting {at}; {hint}"


def _problem(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {error['msg'].lower()}"


def _bad(problems: list[str]) -> BadSettings:
    return BadSettings(
        "Tocsin did not start",
        because="; ".join(problems),
        next_move="Change tocsin.toml or the environment; "
        "docs/reference/settings.md lists every key.",
    )
