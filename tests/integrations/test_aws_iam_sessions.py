"""What ends sessions of a role never locks the role for good."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bot.acting.reading import Seen
from bot.domain.errors import BadRequest
from integrations.aws_iam_sessions import NEVER, RevokeSessions

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ROLE = {"Path": "/", "Arn": "arn:aws:iam::1:role/app", "RoleId": "AROA1"}
_LOOKS_AT_ROLE = RevokeSessions.FACTS[0].facts


def _looked(moment: str, **headers: str) -> Any:
    """Look at the role at noon by AWS's own clock."""
    given = headers or {"date": format_datetime(NOW, usegmt=True)}
    answer = {"Role": ROLE, "ResponseMetadata": {"HTTPHeaders": given}}
    assert _LOOKS_AT_ROLE is not None
    return _LOOKS_AT_ROLE(Seen(answer, {"begun_before": moment}))


@pytest.mark.parametrize("moment", [f"{NOW - timedelta(seconds=1):%FT%TZ}", NEVER])
def test_a_time_that_is_over_ends_what_began_before_it(moment: str) -> None:
    assert _looked(moment)["iam.role.id"] == "AROA1"


@pytest.mark.parametrize(
    "moment",
    [
        f"{NOW + timedelta(seconds=1):%FT%TZ}",
        "2099-01-01T00:00:00Z",
        "2026-19-39T29:59:59Z",
    ],
)
def test_a_time_to_come_would_refuse_new_sessions_too(moment: str) -> None:
    with pytest.raises(BadRequest, match="no time that is over"):
        _looked(moment)


def test_without_the_time_of_aws_nothing_is_planned() -> None:
    with pytest.raises(BadRequest, match="no time that is over"):
        _looked("2026-05-04T11:00:00Z", server="aws")
