"""The practice cloud's requirement list is whole, hashed and free of addresses."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

TEXT = (ROOT / "requirements-cloud.lock").read_text("utf-8")
ASKED = (ROOT / "requirements-cloud.in").read_text("utf-8")


def test_what_is_asked_for_is_locked() -> None:
    asked = re.findall(r"^([a-z0-9-]+)[<>=]", ASKED, re.MULTILINE)
    locked = re.findall(r"^([a-z0-9-]+)==", TEXT, re.MULTILINE)
    assert asked
    assert set(asked) <= set(locked)


def test_every_locked_version_has_a_hash() -> None:
    entries = re.split(r"^(?=\S)", TEXT, flags=re.MULTILINE)[1:]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_list_names_no_host_and_no_path() -> None:
    assert not re.search(r"://|^-|@ |(^| )/", TEXT, re.MULTILINE)
