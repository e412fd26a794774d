"""An action's version only goes up: an older edition is not put back, though signed."""

from pathlib import Path

import pytest

from bot.domain.errors import BadSettings
from bot.gateways.editions import NAME, check, remember
from bot.gateways.site_action import SiteAction
from tests.gateways.site import OFF, loaded


def edition(tmp_path: Path, version: int, text: str = OFF) -> tuple[SiteAction, ...]:
    folder = tmp_path / f"{version}-{len(text)}"
    newer = text.replace("version: 1", f"version: {version}")
    return loaded(folder, {"off.yaml": newer})


def test_an_older_edition_that_was_signed_once_is_not_loaded_again(
    tmp_path: Path,
) -> None:
    seen, old = tmp_path / NAME, edition(tmp_path, 1)
    remember(seen, old)
    remember(seen, old)
    remember(seen, edition(tmp_path, 3))
    for one in (old, edition(tmp_path, 2)):
        with pytest.raises(BadSettings) as refused:
            remember(seen, one)
        assert "version 3 of it was loaded before, and this is" in str(refused.value)
    assert check(seen, edition(tmp_path, 4))["http.flags.off"][0] == 3
    remember(seen, edition(tmp_path, 4))


def test_one_version_is_one_file(tmp_path: Path) -> None:
    seen = tmp_path / NAME
    remember(seen, edition(tmp_path, 1))
    other = edition(tmp_path, 1, OFF.replace("Everybody", "Nobody"))
    with pytest.raises(BadSettings, match="version 1 of it was another file"):
        remember(seen, other)


def test_what_is_taken_away_and_put_back_is_still_known(tmp_path: Path) -> None:
    seen = tmp_path / NAME
    remember(seen, edition(tmp_path, 2))
    remember(seen, ())
    with pytest.raises(BadSettings, match="version 2 of it was loaded before"):
        remember(seen, edition(tmp_path, 1))


@pytest.mark.parametrize("held", ["", "[]", '{"x": 1}', '{"x": {"version": "new"}}'])
def test_what_was_loaded_and_cannot_be_read_is_no_reason_to_believe(
    tmp_path: Path, held: str
) -> None:
    seen = tmp_path / NAME
    seen.write_text(held)
    with pytest.raises(BadSettings, match="older ones could not be told"):
        remember(seen, edition(tmp_path, 1))
    assert seen.read_text() == held


def test_only_its_owner_reads_what_was_loaded(tmp_path: Path) -> None:
    seen = tmp_path / "home" / NAME
    remember(seen, edition(tmp_path, 1))
    assert seen.stat().st_mode & 0o077 == 0
    assert [one.name for one in seen.parent.iterdir()] == [NAME]
