"""Search finds by meaning of words, says why, and knows when nothing fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant.search import Document, Hit, RunbookIndex
from bot.assistant.words import unfolded, vocabulary_from, words

SHELF = (
    Document(
        id="throttle",
        title="Provider throttling or outage",
        text="ThrottlingException, HTTP 429, rate limit exceeded. The provider of the "
        "model refuses calls. Latency is high and the queue grows.",
    ),
    Document(
        id="key",
        title="Leaked model API key",
        text="A secret key was found in a public repository. Stolen credentials call "
        "the model from an unknown network.",
    ),
    Document(
        id="cost",
        title="Token cost spike",
        text="Spend is above the budget. An agent loop uses many tokens.",
    ),
    Document(
        id="crash",
        title="KubePodCrashLooping",
        text="A pod restarts again and again. Look at the events of the pod.",
    ),
    Document(
        id="alertmanager-crash",
        title="AlertmanagerClusterCrashlooping",
        text="Half of the Alertmanager instances crash. Look at the events.",
    ),
)
INDEX = RunbookIndex(SHELF)


def first(text: str, index: RunbookIndex = INDEX) -> str:
    hits = index.search(text, 1, floor=0)
    return hits[0].id if hits else "nothing"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The provider throttles us", "throttle"),
        ("InvocationThrottles above 100 for the model", "throttle"),
        ("too many requests", "throttle"),
        ("An access key is exposed on GitHub", "key"),
        ("billing is far above normal", "cost"),
        ("Pod is crash looping", "crash"),
        ("KubePodCrashLooping", "crash"),
        ("kube_pod_crash_looping fired", "crash"),
        ("alertmanager is crashlooping", "alertmanager-crash"),
    ],
)
def test_other_words_for_the_same_trouble_find_the_same_runbook(
    text: str, expected: str
) -> None:
    assert first(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "the and of",
        "The coffee machine in the kitchen is out of beans",
        "Invoice 4711 is overdue since Monday",
        "Quarterly newsletter was sent to subscribers",
    ],
)
def test_nothing_fits_is_an_answer(text: str) -> None:
    assert INDEX.search(text) == ()


def test_a_hit_says_which_words_decided() -> None:
    (hit, *_) = INDEX.search("Bedrock ThrottlingException, rate limit exceeded")
    assert hit.id == "throttle"
    assert hit.why.startswith("matches: ")
    assert "throttling" in hit.why


def test_a_hit_by_synonyms_alone_says_so() -> None:
    (hit, *_) = INDEX.search("RESOURCE_EXHAUSTED", floor=0)
    assert hit.id == "throttle"
    assert hit.why.startswith("in other words: ")


def test_without_a_floor_the_nearest_is_returned_however_far() -> None:
    text = "the events of somebody's birthday party in the park next Sunday"
    assert INDEX.search(text) == ()
    assert INDEX.search(text, floor=0) != ()


def test_no_more_than_k_hits_come_back_best_first() -> None:
    hits = INDEX.search("model key cost pod events", 3, floor=0)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted(
        (hit.score for hit in hits), reverse=True
    )
    assert INDEX.search("model", 0, floor=0) == ()


def test_an_empty_index_finds_nothing() -> None:
    assert RunbookIndex(()).search("throttling", floor=0) == ()


def test_a_lone_runbook_can_be_found() -> None:
    index = RunbookIndex(SHELF[:1])
    assert [hit.id for hit in index.search("provider throttling")] == ["throttle"]


def test_the_answer_does_not_depend_on_what_was_asked_before() -> None:
    text = "stolen credentials in a repository"
    fresh = RunbookIndex(SHELF).search(text)
    used = RunbookIndex(SHELF)
    used.search("pods crash and tokens cost money")
    assert used.search(text) == fresh


def test_equal_documents_keep_the_order_in_which_they_were_given() -> None:
    twins = [Document(id=each, title="Twin", text="equal words") for each in "ba"]
    assert [hit.id for hit in RunbookIndex(twins).search("twin", floor=0)] == ["b", "a"]


@pytest.mark.parametrize(
    "text",
    [
        'throttling" OR "key',
        "throttling AND NOT key",
        "NEAR(throttling key, 5)",
        "title : throttling *",
        "{title lead} : ^throttling",
        "throttling'; DROP TABLE page; --",
        "-throttling + key",
    ],
)
def test_query_syntax_in_the_text_is_only_words(text: str) -> None:
    plain = "".join(mark if mark.isalnum() else " " for mark in text)
    assert INDEX.search(text, floor=0) == INDEX.search(plain, floor=0)
    assert INDEX.search(text, floor=0) != ()


@given(st.text(max_size=400), st.sampled_from([0.0, 0.4]))
def test_no_text_makes_search_raise(text: str, floor: float) -> None:
    for hit in INDEX.search(text, floor=floor):
        assert isinstance(hit, Hit)
        assert 0 <= hit.fit < 1
        assert hit.why


@given(st.text(alphabet='"*^:(){}+-\x00\ud800ORANDNEAR ', max_size=80))
def test_no_mix_of_operators_makes_search_raise(text: str) -> None:
    INDEX.search(text + " throttling", floor=0)


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_document_can_be_kept(title: str, text: str) -> None:
    index = RunbookIndex([Document(id="one", title=title, text=text), *SHELF])
    assert first("crash looping pod", index)
    index.close()


def test_a_very_long_text_is_read_from_its_beginning() -> None:
    assert first("throttling provider " + "pod " * 100_000) in {"throttle", "crash"}


def test_names_are_split_at_capitals_digits_and_underscores() -> None:
    assert words("InvocationThrottles vllm:num_requests_waiting HTTP429") == [
        "invocation",
        "throttles",
        "vllm",
        "num",
        "requests",
        "waiting",
        "http",
        "429",
    ]


def test_a_compound_is_kept_whole_beside_its_parts() -> None:
    assert unfolded("see OOMKilled now") == "see OOMKilled OOM Killed now"


def test_synonyms_work_both_ways() -> None:
    vocabulary = vocabulary_from({"stop": "the", "groups": [["lift", "elevator cab"]]})
    index = RunbookIndex(
        [
            Document(id="lift", title="Lift", text="stuck"),
            Document(id="cab", title="Elevator cab", text="stuck"),
            Document(id="stairs", title="Stairs", text="slippery"),
        ],
        vocabulary=vocabulary,
    )
    assert {hit.id for hit in index.search("the lift", floor=0)} == {"lift", "cab"}
    assert {hit.id for hit in index.search("elevator cab", floor=0)} == {"lift", "cab"}


def test_a_vocabulary_without_groups_is_refused() -> None:
    with pytest.raises(TypeError, match="groups"):
        vocabulary_from({"stop": "", "groups": None})


def test_a_count_or_a_date_is_no_word_that_decides_and_a_status_code_is() -> None:
    shelf = (
        *SHELF,
        Document(id="steps", title="Step 4 of 12", text="4 of 12 on 04 May"),
    )
    index = RunbookIndex(shelf)
    assert index.search("4 of 12, 04") == ()
    (found, *_) = index.search("429, 4 of 12", floor=0)
    assert (found.id, found.why) == ("throttle", "matches: 429")
