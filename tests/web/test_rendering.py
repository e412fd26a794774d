"""The pages: what stands on them, and that no text from outside comes alive."""

import itertools
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.card import GroupedBy
from bot.domain.envelope import Entity, EntityKind
from bot.domain.untrusted import Untrusted
from bot.readmodels.plan_record import PlanRecord
from bot.web import rendering
from bot.web.dossier import Dossier
from tests.searching import examples
from tests.slack.hostile import KNOWN
from tests.web.page_states import BOARD, DOSSIER, GOLDEN, NAMES, RECORD, alert, pages

VOID = {"meta", "link", "input", "br", "img"}
SAFE = "harmless"
HOSTILE = (
    *KNOWN,
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style></textarea><svg onload=alert(1)>",
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}${7*7}<%= 7 %>",
    "&lt;script&gt; &#x3c;b&#x3e; &amp;lt;",
    "]]><!--<b>--><!DOCTYPE x>",
    "\u2028\u2029\u0085\ufeff",
    "https://evil.example/ mailto:a@b.example www.evil.example",
)
hostile = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), max_size=3).map(" ".join),
    st.text(max_size=120),
)


class Shape(HTMLParser):
    """Reads a page as its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.targets: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        for name, value in attrs:
            if name in ("href", "src", "action"):
                self.targets.append(value or "")
            if name == "id":
                self.ids.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def with_words(words: str) -> Dossier:
    """Return the incident with the same text from outside in every place."""
    said = Untrusted(words)
    one = alert(words, {"description": words})
    named = (Entity(EntityKind.GUARDRAIL, words),)
    one = replace(
        one, envelope=replace(one.envelope, entities=named, vendor_severity=words)
    )
    claims = tuple(replace(c, text=said) for c in DOSSIER.card.summary.claims)
    return replace(
        DOSSIER,
        card=replace(
            DOSSIER.card,
            state=replace(DOSSIER.card.state, title=said),
            summary=replace(DOSSIER.card.summary, claims=claims),
            system_title=words,
            owner=words,
        ),
        story=tuple(
            replace(line, words=said if line.words else None) for line in DOSSIER.story
        ),
        plans=(_plan_with(words), DOSSIER.plans[1]),
        problems=(replace(DOSSIER.problems[0], alert=one),),
    )


def _plan_with(words: str) -> PlanRecord:
    said, draft = Untrusted(words), RECORD.plan.draft
    drafted = replace(
        draft,
        target=words,
        changes=tuple(replace(c, before=words, after=words) for c in draft.changes),
        steps=tuple(
            replace(s, params=((words, words), *s.params[1:])) for s in draft.steps
        ),
        blast=replace(draft.blast, says=words),
    )
    return replace(
        RECORD,
        plan=replace(RECORD.plan, draft=drafted),
        reason=said,
        answers=tuple(
            replace(a, words=said if a.words else None) for a in RECORD.answers
        ),
        calls=tuple(replace(c, request_id=words, says=said) for c in RECORD.calls),
        looks=tuple(replace(look, says=said) for look in RECORD.looks),
    )


def drawn(words: str) -> Shape:
    names = {person: Untrusted(words) for person in NAMES}
    page = rendering.incident_page(
        with_words(words), names=names, reader="U0LEAD", mask=str
    )
    return Shape(page)


@pytest.mark.parametrize("name", pages())
def test_a_page_looks_as_it_was_reviewed(name: str) -> None:
    assert pages()[name] == (GOLDEN / f"{name}.html").read_text("utf-8")


def test_every_reviewed_page_is_still_drawn() -> None:
    assert {path.stem for path in GOLDEN.glob("*.html")} == set(pages())


@given(hostile)
@settings(max_examples=examples(0.4))
def test_text_from_outside_never_becomes_markup_or_a_link(words: str) -> None:
    # A mark in front, because blank text leaves its place out altogether.
    found, usual = drawn(f"x{words}"), drawn(SAFE)
    assert found.tags == usual.tags
    assert found.targets == usual.targets
    assert found.ids == usual.ids


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_that_a_reader_cannot_see_is_on_the_page(words: str) -> None:
    shown = drawn(f"x{words}").text
    assert not set(shown) & set("\u202e\u202c\u2066\u2069\u200b\ufeff\x00\x07\x1b")


def test_a_huge_text_is_cut_and_says_so() -> None:
    long = replace(with_words("y" * 100_000), plans=())
    shown = Shape(
        rendering.incident_page(long, names={}, reader="U0LEAD", mask=str)
    ).text
    assert "y" * 3001 not in shown
    assert "…" in shown


@pytest.mark.parametrize("name", pages())
def test_a_page_stands_on_its_own_feet(name: str) -> None:
    shape = Shape(pages()[name])
    tags = [tag for tag, _ in shape.tags]
    assert tags.count("h1") == tags.count("main") == tags.count("title") == 1
    assert len(shape.ids) == len(set(shape.ids))
    assert not {"script", "iframe", "object", "embed", "base", "img"} & set(tags)
    handlers = [name for _, names in shape.tags for name in names if name[:2] == "on"]
    assert handlers == []
    assert "style" not in {name for _, names in shape.tags for name in names}


@pytest.mark.parametrize("name", pages())
def test_headings_leave_no_level_out(name: str) -> None:
    found = [
        int(t[1]) for t, _ in Shape(pages()[name]).tags if t in {"h1", "h2", "h3", "h4"}
    ]
    assert found[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(found))


@pytest.mark.parametrize("name", pages())
def test_links_within_a_page_lead_somewhere(name: str) -> None:
    shape = Shape(pages()[name])
    wanted = {one[1:] for one in shape.targets if one.startswith("#")}
    # The golden incident shows one of three alerts and five of its ten entries.
    known = {one for one in wanted if not one.startswith(("al_", "entry-"))}
    assert known <= set(shape.ids)


@pytest.mark.parametrize("name", pages())
def test_a_page_leads_away_only_to_hosts_that_the_operator_named(name: str) -> None:
    targets = Shape(pages()[name]).targets
    away = [one for one in targets if not one.startswith(("/", "#"))]
    assert away == ["https://grafana.example/d/1?a=b&c=d"] * (name == "incident")


def test_an_address_of_another_host_is_read_and_not_followed() -> None:
    assert "https://evil.example/x" in Shape(pages()["incident"]).text


def test_three_times_stand_where_they_differ_and_only_there() -> None:
    text = drawn(SAFE).text
    assert "happened 2026-05-04 10:02:00 UTC" in text
    assert "reached us 2026-05-04 10:03:10 UTC" in text
    assert text.count("recorded 2026-05-04") == 1


def test_an_erased_title_reads_as_erased() -> None:
    state = replace(DOSSIER.card.state, title=None)
    erased = replace(DOSSIER, card=replace(DOSSIER.card, state=state))
    shape = Shape(rendering.incident_page(erased, names={}, reader="U0LEAD", mask=str))
    assert "(erased)" in shape.text


def test_a_drill_says_so_first() -> None:
    state = replace(DOSSIER.card.state, drill=True)
    drill = replace(DOSSIER, card=replace(DOSSIER.card, state=state))
    page = rendering.incident_page(drill, names={}, reader="U0LEAD", mask=str)
    assert page.index("EXERCISE") < page.index("<h1>")


def test_a_board_in_a_storm_says_how_many_it_leaves_out() -> None:
    page = rendering.board_page(
        replace(BOARD, hidden=40), names={}, reader="U0LEAD", mask=str
    )
    assert "42 open" in page
    assert "40 more are open and not shown here" in page


def test_an_untrusted_text_without_its_filter_does_not_get_onto_a_page() -> None:
    environment = rendering._environment()
    template = environment.from_string("{{ text }}")
    with pytest.raises(TypeError, match="for_html_text"):
        template.render(text=Untrusted("<b>"))


def test_a_name_never_stands_without_the_id() -> None:
    page = rendering.board_page(BOARD, names=NAMES, reader="U0LEAD", mask=str)
    assert "Dana &lt;b&gt;Ruiz&lt;/b&gt; <code>U0COMMANDER</code>" in page


def test_a_page_says_why_it_is_quiet_and_what_came_before() -> None:
    state = replace(
        DOSSIER.card.state,
        earlier="INC-0007",
        snoozed_until=DOSSIER.card.since,
        snoozed_by="U0LEAD",
        snooze_reason=Untrusted("known <b>"),
    )
    key = GroupedBy(because="same_entity", named="key", thing=Untrusted("key-<i>"))
    card = replace(
        DOSSIER.card,
        state=state,
        grouped_by=(key,),
        meanings=("LLM-jacking chain",),
        flapping=7,
        earlier_ended_at=DOSSIER.card.since,
    )
    page = rendering.incident_page(
        replace(DOSSIER, card=card), names=NAMES, reader="U0LEAD", mask=str
    )
    shown = " ".join(Shape(page).text.split())
    assert "grouped because it names the same key key-<i>" in shown
    assert "LLM-jacking chain" in shown
    assert "had the same problem, ended " in shown
    assert "known <b>" in shown
    assert "came back 7 times" in shown
