"""The sample alerts: ours, of now, and with secrets that no file holds."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from bot.cli.samples import samples
from tests.core import rulings

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
FOLDER = Path(__file__).resolve().parents[2] / "bot" / "practice" / "samples"


def test_every_mark_is_filled_in() -> None:
    for sample in samples(NOW):
        assert b"{{" not in sample.body
        json.loads(sample.body)


def test_times_are_shortly_before_now() -> None:
    bodies = b"".join(sample.body for sample in samples(NOW))
    assert b"2026-05-04T11:54:00Z" in bodies


def test_no_file_holds_a_secret_and_every_filled_one_is_masked() -> None:
    redactor = rulings().redactor
    for path in FOLDER.glob("*.json"):
        assert redactor.find(path.read_text("utf-8")) == ()
    masked: Counter[str] = Counter()
    for sample in samples(NOW):
        masked.update(redactor.redact(sample.body.decode()).counts())
    assert masked["openai_project"] == 1
    assert masked["aws_access_key_id"] == 1
    assert masked["email"] == 1
