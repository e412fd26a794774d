"""Why a value was taken out, without quoting it."""

import base64

from bot.redact import Explained, explained
from tests.core import rulings

REDACTOR = rulings().redactor.knowing(["Olu Adeyemi"])
KEY = "AKIA" + "Q3EGRIWZ7LMN5TVB"


def why(text: str) -> list[Explained]:
    findings = REDACTOR.find(text)
    assert findings
    return list(explained(text, findings, REDACTOR.definition))


def test_a_format_speaks_for_itself_and_the_rule_can_be_looked_up() -> None:
    (one,) = why(f"ä first\n  {KEY}")
    assert one.why == "its format speaks for itself"
    assert (one.line, one.column) == (2, 3)
    assert REDACTOR.definition.rules[one.rule - 1].kind == one.finding.kind
    assert one.group == "cloud"


def test_the_words_around_a_value_speak_for_it() -> None:
    (one,) = why("password=hunter2hunter2")
    assert one.why == "the words around it speak for it"


def test_check_digits_are_named() -> None:
    (one,) = why("card 4111 1111 1111 1111")
    assert one.why.endswith("; checked: card")


def test_what_shows_only_decoded_is_said_to() -> None:
    coded = base64.b64encode(f"key={KEY} and more".encode()).decode()
    (one,) = why(f'{{"a": "{coded}"}}')
    assert one.rule == 0
    assert "decoded reading" in one.why


def test_a_known_name_is_on_a_list() -> None:
    (one,) = why("ask Olu Adeyemi")
    assert one.why == "it is on the list of known names"
