"""The guide keeps its word: what it says a new provider takes is all it takes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.domain.errors import BadSettings
from bot.redact import Redactor, load_definition
from tests.redact.rows import joined

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "add-a-redaction-rule.md"


def blocks() -> Iterator[str]:
    """The YAML blocks of the guide, in order."""
    for part in GUIDE.read_text("utf-8").split("```yaml\n")[1:]:
        yield part.partition("```")[0]


def test_one_rule_and_three_rows_of_the_guide_add_a_provider() -> None:
    rule, _, prefix, context, must_keep, *_ = blocks()
    site = "rules:\n" + rule
    redactor = Redactor(load_definition(site), key=b"k")
    kind = yaml.safe_load(rule)[0]["kind"]
    key = joined(yaml.safe_load(prefix)[0]["parts"])
    assert [f.kind for f in redactor.find(f"key {key} leaked")] == [kind]
    row = yaml.safe_load(context)[0]
    secret = joined(row["secret"])
    (found,) = redactor.find(row["text"].replace("@@", secret))
    assert (found.kind, found.end - found.start) == (kind, len(secret))
    kept = yaml.safe_load(must_keep)[0]
    assert redactor.redact(kept).text == kept
    assert kind not in load_definition().kinds()


def test_a_product_known_by_its_name_is_added_as_the_guide_says() -> None:
    near = list(blocks())[1]
    redactor = Redactor(load_definition("rules:\n" + near), key=b"k")
    kind = yaml.safe_load(near)[0]["kind"]
    value = "3f9a0c5e7b1d2648" * 2 + "3f9a0c5e"
    assert kind in {f.kind for f in redactor.find(f"newsearch_key = {value}")}


def test_the_overlay_of_the_guide_can_be_used() -> None:
    overlay = list(blocks())[-1]
    site = load_definition(overlay)
    redactor = Redactor(site, key=b"k")
    assert redactor.redact("HR-123456 told Dana Ruiz").counts() == {
        "known_name": 1,
        "ticket": 1,
    }
    assert site.kept_because
    with pytest.raises(BadSettings):
        load_definition(
            overlay.replace("these ranges are our own and responders need them", "why")
        )
