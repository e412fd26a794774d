"""Who shows a sealed link, as a page names them."""

from collections.abc import Collection, Mapping
from typing import Any, cast

import pytest

from bot.domain.untrusted import Untrusted
from bot.web.visitors import Visitors


def visitors(**names: str) -> Visitors:
    async def known(people: Collection[str]) -> Mapping[str, Untrusted]:
        return {one: Untrusted(names[one]) for one in people if one in names}

    nobody_reads = cast("Any", None)
    return Visitors(readers=nobody_reads, names=known, mask=str, required=False)


@pytest.mark.asyncio
async def test_a_name_never_stands_without_its_id() -> None:
    found = visitors(U0ONCALL="Dana Ruiz")
    assert await found.called("U0ONCALL") == "Dana Ruiz (U0ONCALL)"


@pytest.mark.asyncio
async def test_whoever_slack_has_no_name_for_stays_an_id() -> None:
    assert await visitors().called("U0ONCALL") == "U0ONCALL"
    assert await visitors().called("") == ""
