"""The forms: what Slack takes, what is missing, and what they ask for."""

import pytest

from bot.domain.errors import BadRequest
from bot.domain.events import Role
from bot.domain.severity import Severity
from bot.slack import modals
from bot.slack.requests import Submission
from bot.slack.wishes import Verb, Wish
from tests.slack.validity import assert_view_valid


def _sent(form: str, **values: str) -> Submission:
    return Submission(
        key="k",
        team="T0TEAM",
        person="U0ONCALL",
        form=form,
        incident="INC-0001",
        values=values,
    )


@pytest.mark.parametrize("choice", modals.FORMS)
def test_slack_takes_every_form(choice: str) -> None:
    assert_view_valid(modals.form(choice, "INC-123456789"))


@pytest.mark.parametrize("choice", modals.FORMS)
def test_a_form_carries_the_incident_s_id_and_nothing_more(choice: str) -> None:
    assert modals.form(choice, "INC-0001")["private_metadata"] == "INC-0001"


def test_reasons_stand_in_a_block_of_that_name() -> None:
    blocks = modals.form("severity", "INC-0001")["blocks"]
    assert [block["block_id"] for block in blocks] == ["severity", "reason"]


def test_there_is_no_other_form() -> None:
    with pytest.raises(BadRequest):
        modals.form("destroy", "INC-0001")
    with pytest.raises(BadRequest):
        modals.form("note", "INC-0001|x")


@pytest.mark.parametrize(
    ("sent", "missing"),
    [
        (_sent("incident.note", note=" \n"), {"note"}),
        (_sent("incident.note", note="x"), set()),
        (_sent("incident.severity", severity="SEV1", reason=""), {"reason"}),
        (_sent("incident.role", role="scribe", person=""), {"person"}),
        (_sent("incident.resolve", outcome="fixed", summary=""), set()),
    ],
)
def test_what_is_missing_is_named_beside_its_field(
    sent: Submission, missing: set[str]
) -> None:
    assert set(modals.errors(sent)) == missing


@pytest.mark.parametrize(
    ("sent", "wish"),
    [
        (
            _sent("incident.note", note="x"),
            Wish(verb=Verb.NOTE, incident="INC-0001", text="x"),
        ),
        (
            _sent("incident.resolve", outcome="duplicate", summary=" of 2 "),
            Wish(
                verb=Verb.RESOLVE, incident="INC-0001", outcome="duplicate", text="of 2"
            ),
        ),
        (
            _sent("incident.role", role="comms", person="U0SECOND"),
            Wish(
                verb=Verb.ROLE, incident="INC-0001", role=Role.COMMS, person="U0SECOND"
            ),
        ),
        (
            _sent("incident.severity", severity="SEV1", reason="leak"),
            Wish(
                verb=Verb.SEVERITY,
                incident="INC-0001",
                severity=Severity.SEV1,
                text="leak",
            ),
        ),
    ],
)
def test_a_form_asks_for_what_was_entered(sent: Submission, wish: Wish) -> None:
    assert modals.wish(sent) == wish


@pytest.mark.parametrize(
    "sent",
    [
        _sent("incident.role", role="king", person="U0SECOND"),
        _sent("incident.severity", severity="SEV0", reason="x"),
        _sent("incident.note"),
        _sent("incident.other"),
    ],
)
def test_a_forged_form_is_refused(sent: Submission) -> None:
    with pytest.raises(BadRequest):
        modals.wish(sent)
