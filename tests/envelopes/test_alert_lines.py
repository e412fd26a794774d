"""Alerts in words: only the lines that are asked for are read."""

from bot.envelopes.alert_lines import lines_of

ALERT = (
    "*Level:* `High`\n*Model Name:* `gpt-4o`\nMessages: [secret]\nModel: `b`\nModel: c"
)


def test_named_lines_are_read_without_their_marks() -> None:
    found = lines_of(ALERT, ("level", "model name", "model"))
    assert found == {"level": "High", "model name": "gpt-4o", "model": "b"}


def test_other_lines_are_not_there() -> None:
    assert "secret" not in str(lines_of(ALERT, ("level",)))
