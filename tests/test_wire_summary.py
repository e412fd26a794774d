"""A model that is to write no summaries is asked for none."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.config.model import ModelSection
from bot.house import House
from bot.wire_summary import SummaryHouse


@pytest.mark.parametrize(
    "model", [{}, {"provider": "openai", "name": "m", "summaries": False}]
)
def test_nobody_asks_without_a_model_or_when_summaries_are_off(
    model: dict[str, Any],
) -> None:
    section = ModelSection.model_validate(model)
    ground: Any = SimpleNamespace(settings=SimpleNamespace(model=section))
    house = cast("House", SimpleNamespace(workers=()))
    SummaryHouse(ground=ground).join(house)
    assert house.workers == ()


def test_a_model_writes_summaries_unless_it_is_told_not_to() -> None:
    section = ModelSection.model_validate({"provider": "openai", "name": "m"})
    assert section.writes_summaries
    assert not section.model_copy(update={"summaries": False}).writes_summaries
