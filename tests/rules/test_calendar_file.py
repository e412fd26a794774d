"""The gate's calendar is read strictly: what covers nothing is not accepted."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.domain.business_hours import BusinessHours
from bot.domain.errors import BadSettings
from bot.domain.freeze import FreezeWindow, Once, Weekly
from bot.domain.gate_limits import ActionLimit
from bot.rules.calendar_file import Calendar, Known, read_calendar

BERLIN = ZoneInfo("Europe/Berlin")
KNOWN = Known(
    systems=("chat", "search"),
    actions=("aws.iam.deny", "aws.iam.allow", "aws.sagemaker.stop_endpoint"),
)
WHOLE = """
freezes:
  - id: weekend
    reason: Nobody is there to look
    owner: the ML platform team
    weekly: {from: fri 18:00, to: mon 06:00}
    zone: Europe/Berlin
    stages: [production]
    levels: [T1, T2]
    spares: ["aws.iam.*"]
  - id: year-end
    reason: The year is being closed
    owner: finance
    from: 2026-12-23T18:00:00
    to: 2027-01-02T06:00+01:00
    zone: Europe/Berlin
    systems: [chat]
    actions: [aws.sagemaker.stop_endpoint]
business_hours:
  zone: Europe/Berlin
  days: [mon, tue, wed, thu]
  from: "09:00"
  to: "17:30"
  holidays: [2026-12-25, 2026-12-26]
limits:
  aws.iam.deny: {per_hour: 30, per_day: 100}
"""
FREEZE = {
    "id": "close",
    "reason": "year end",
    "owner": "finance",
    "from": "2026-12-23T18:00",
    "to": "2027-01-02T06:00",
    "zone": "UTC",
}


def read(text: str) -> Calendar:
    return read_calendar(text, known=KNOWN)


def test_everything_can_be_said() -> None:
    found = read(WHOLE)
    assert found.windows == (
        FreezeWindow(
            id="weekend",
            reason="Nobody is there to look",
            owner="the ML platform team",
            when=Weekly(zone=BERLIN, begins=(4, time(18)), ends=(0, time(6))),
            stages=("production",),
            levels=("T1", "T2"),
            spares=("aws.iam.*",),
        ),
        FreezeWindow(
            id="year-end",
            reason="The year is being closed",
            owner="finance",
            when=Once(
                begins=datetime(2026, 12, 23, 17, tzinfo=UTC),
                ends=datetime(2027, 1, 2, 5, tzinfo=UTC),
            ),
            systems=("chat",),
            actions=("aws.sagemaker.stop_endpoint",),
        ),
    )
    assert found.hours == BusinessHours(
        zone=BERLIN,
        days=frozenset(range(4)),
        begins=time(9),
        ends=time(17, 30),
        holidays=frozenset({date(2026, 12, 25), date(2026, 12, 26)}),
    )
    assert found.limits == {"aws.iam.deny": ActionLimit(per_hour=30, per_day=100)}


def test_a_file_that_says_nothing_freezes_nothing() -> None:
    assert read("") == Calendar()


def freeze(**changes: str | None) -> str:
    entry = {k: v for k, v in (FREEZE | changes).items() if v is not None}
    return "freezes:\n  - " + "\n    ".join(f"{k}: {v}" for k, v in entry.items())


WEEKLY = {"from": None, "to": None}
WRONG = {
    "freezes: 3": "calendar.yaml: freezes must be a list",
    "frezes: []": "there is no key 'frezes'; the nearest is 'freezes'",
    "a: [": "it is not YAML",
    freeze(zone="Mars/Base"): "there is no time zone 'Mars/Base'",
    freeze(zone="../../etc/passwd"): "there is no time zone",
    freeze(zone="Europe"): "there is no time zone 'Europe'",
    freeze(zone=None): "zone must be a text that is not empty",
    freeze(to="2026-12-23T17:00"): "it must end after it begins",
    freeze(to="soon"): "to must be like 2026-12-23T18:00",
    freeze(to=None): "to must be like 2026-12-23T18:00",
    freeze(owner=None): "owner must be a text that is not empty",
    freeze(owner="'<!here>'"): "owner must be plain words",
    freeze(id="Über"): "id must be 2 to 40 small letters",
    freeze(systems="[chatt]"): "'chatt' is not known; the nearest is 'chat'",
    freeze(stages="[produktion]"): "is not known; the nearest is 'production'",
    freeze(levels="[T4]"): "levels 'T4' is not known",
    freeze(actions="[aws.iam.denyy]"): "actions 'aws.iam.denyy' fits no action; ",
    freeze(spares="['gcp.*']"): "spares 'gcp.*' fits no action",
    freeze(weekly="{from: fri 18:00, to: mon 06:00}"): "it is either weekly or ",
    freeze(weekly="{from: fri, to: mon 06:00}", **WEEKLY): "must be like fri 18:00",
    freeze(weekly="{from: fri 18:00, to: fri 18:00}", **WEEKLY): "ends when it begins",
    freeze() + "\n  - " + freeze().split("- ")[1]: "the freeze close stands there",
    "business_hours: {zone: UTC, from: 8}": "from must be like 08:00",
    "business_hours: {zone: UTC, from: true}": "from must be like 08:00",
    "business_hours: {zone: UTC, days: [monday]}": "days 'monday' is not known",
    'business_hours: {zone: UTC, from: "18:00"}': "to must be later than from",
    "business_hours: {zone: UTC, holidays: [xmas]}": "holidays must be a list of ",
    "business_hours: {days: [mon]}": "zone must be a text that is not empty",
    "limits: {aws.iam.den: {per_hour: 1, per_day: 1}}": "is not known; the nearest",
    "limits: {aws.iam.deny: {per_hour: 1}}": "per_day must be a whole number",
    "limits: {aws.iam.deny: {per_hour: -1, per_day: 1}}": "must be a whole number",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_used_is_named(text: str) -> None:
    with pytest.raises(BadSettings) as caught:
        read(text)
    assert WRONG[text] in caught.value.because
    assert caught.value.what == "The calendar of the gate was not read"
    assert caught.value.next_move == (
        "Correct it; docs/guides/freeze-and-limit.md lists the keys."
    )


@pytest.mark.parametrize(
    ("until", "ends"), [("18:00", time(18)), ('"24:00"', None), ("24:00", None)]
)
def test_an_hour_needs_no_quotation_marks(until: str, ends: time | None) -> None:
    found = read(f"business_hours: {{zone: UTC, to: {until}}}")
    assert found.hours.ends == ends


def test_where_the_clocks_change_a_single_freeze_holds_longer() -> None:
    begins, ends = "2026-10-25T02:30", "2026-10-25T02:45"
    twice = freeze(zone="Europe/Berlin", to=ends, **{"from": begins})
    (found,) = read(twice).windows
    assert found.when == Once(
        begins=datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ends=datetime(2026, 10, 25, 1, 45, tzinfo=UTC),
    )
