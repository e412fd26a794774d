"""Tokens made here: readable by their owner only, and stable."""

from pathlib import Path

import pytest

from bot.domain.errors import BadSettings
from bot.store.tokenfile import token_text


def test_a_token_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "alerts.token"
    first = token_text(path)
    assert token_text(path) == first
    assert len(first) >= 40
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_installations_have_different_tokens(tmp_path: Path) -> None:
    assert token_text(tmp_path / "a") != token_text(tmp_path / "b")


def test_a_token_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alerts.token"
    token_text(path)
    path.chmod(0o644)
    with pytest.raises(BadSettings, match=r"others can read alerts\.token"):
        token_text(path)


def test_an_empty_token_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alerts.token"
    path.touch(0o600)
    with pytest.raises(BadSettings, match="is empty"):
        token_text(path)
