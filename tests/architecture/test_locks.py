"""The requirement lists are whole, hashed and free of addresses.

How they are made is scripts/lock.sh.
"""

import json
import re
import tomllib
from collections.abc import Mapping

import pytest

from tests.architecture.sources import ROOT

OURS = ("requirements.lock", "requirements-dev.lock")
LOCKS = (
    *OURS,
    "requirements-cloud.lock",
    "requirements-outside.lock",
    "requirements-node.lock",
)


def _pins(lock: str) -> Mapping[str, str]:
    """Return name → version and marker of one list."""
    text = (ROOT / lock).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)(==.+?) \\$", text, re.MULTILINE))


def _declared() -> set[str]:
    """Return the normalised names of the direct dependencies."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [
        re.split(r"[<>=\[; ]", line)[0] for line in table["project"]["dependencies"]
    ]
    return {re.sub(r"[-_.]+", "-", name).lower() for name in asked}


@pytest.mark.parametrize("lock", OURS)
def test_every_declared_dependency_is_locked(lock: str) -> None:
    assert _declared() <= set(_pins(lock))


def test_what_ships_speaks_with_one_provider_and_tests_speak_with_all() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = table["project"]["optional-dependencies"]
    found = {
        name: [re.split(r"[<>=]", line)[0] for line in extras[name]]
        for name in ("openai", "anthropic", "bedrock")
    }
    shipped, tested = (_pins(lock) for lock in OURS)
    assert set(found["openai"]) <= set(shipped)
    assert {one for names in found.values() for one in names} <= set(tested)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_version_has_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_list_names_no_host_and_no_path(lock: str) -> None:
    assert not re.search(
        r"://|^-|@ |(^| )/", (ROOT / lock).read_text("utf-8"), re.MULTILINE
    )


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    shipped, tested = (_pins(lock) for lock in OURS)
    assert {name: tested.get(name) for name in shipped} == shipped


def test_what_the_browser_runs_is_locked_without_addresses() -> None:
    folder = ROOT / "bot" / "web" / "viewer"
    locked = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    asked = json.loads((folder / "package.json").read_text("utf-8"))
    packages = {name: one for name, one in locked.items() if name}
    for name, version in {**asked["dependencies"], **asked["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert not [name for name, one in packages.items() if "resolved" in one]
