"""Settings: one place, every problem at once, the nearest name for a typo."""

from pathlib import Path

import pytest

from bot.config import load, secret, sections
from bot.domain.errors import BadSettings


def from_file(folder: Path, text: str, **environment: str) -> dict[str, str]:
    path = folder / "tocsin.toml"
    path.write_text(text)
    return {"TOCSIN_CONFIG": str(path), **environment}


def test_nothing_set_is_the_practice_workspace_on_loopback() -> None:
    settings = load({"TOCSIN_CONFIG": "/nowhere/tocsin.toml"})
    assert settings.server.host == "127.0.0.1"
    assert secret(settings.slack.bot_token) == ""
    assert settings.home == Path(".tocsin")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    env = from_file(tmp_path, "[server]\nport = 1\n", TOCSIN_SERVER_PORT="2")
    assert load(env).server.port == 2


def test_a_secret_can_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("quiet\n")
    env = {"TOCSIN_SLACK_BOT_TOKEN_FILE": str(tmp_path / "token")}
    settings = load(env | {"TOCSIN_CONFIG": "/nowhere"})
    assert secret(settings.slack.bot_token) == "quiet"
    assert "quiet" not in repr(settings)


def test_a_secret_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    env = {"TOCSIN_SLACK_BOT_TOKEN_FILE": str(tmp_path / "missing")}
    with pytest.raises(BadSettings, match="names a file that cannot be read"):
        load(env | {"TOCSIN_CONFIG": "/nowhere"})


def test_a_source_has_its_own_token(tmp_path: Path) -> None:
    env = from_file(
        tmp_path,
        '[sources.alertmanager]\ntoken = "a"\n',
        TOCSIN_SOURCES_WEBHOOK_PATH_SECRET="b",  # noqa: S106 - not a real one
    )
    sources = load(env).sources
    assert secret(sources["alertmanager"].token) == "a"
    assert secret(sources["webhook"].path_secret) == "b"


def test_who_speaks_for_a_group_stands_in_the_file_or_the_environment(
    tmp_path: Path,
) -> None:
    file = '[gate.groups]\nprivacy = ["S0DPO", "@lee"]\n'
    assert load(from_file(tmp_path, file)).gate.groups == {"privacy": ("S0DPO", "lee")}
    env = from_file(
        tmp_path, "", TOCSIN_GATE_GROUPS="legal=S0LAW+U0LEE, security=S0SEC"
    )
    found = load(env).gate.groups
    assert found == {"legal": ("S0LAW", "U0LEE"), "security": ("S0SEC",)}
    with pytest.raises(BadSettings, match="the nearest is 'privacy'"):
        load(from_file(tmp_path, '[gate.groups]\nprivcy = ["S0DPO"]\n'))


def test_a_list_stands_in_the_environment_with_commas(tmp_path: Path) -> None:
    one, two = "arn:aws:sns:x:1:a", "arn:aws:sns:x:1:b"
    env = from_file(
        tmp_path,
        '[sources.cloudwatch]\nlog_groups = ["/a", "/b"]\n',
        TOCSIN_SOURCES_CLOUDWATCH_TOPICS=f"{one}, {two}",
        TOCSIN_SOURCES_CLOUDWATCH_QUEUE_URL="https://sqs/q",
    )
    cloudwatch = load(env).sources["cloudwatch"]
    assert cloudwatch.topics == (one, two)
    assert cloudwatch.log_groups == ("/a", "/b")
    assert cloudwatch.queue_url == "https://sqs/q"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "[slack]\nbot_tokne = 'x'\n",
            "no setting slack.bot_tokne; the nearest is bot",
        ),
        ("[sever]\nport = 1\n", "no setting sever; the nearest is server"),
        (
            "[sources.x]\ntokn = 'x'\n",
            "no setting sources.x.tokn; the nearest is token",
        ),
        (
            "[sources.webhook]\ntopics = ['arn:aws:sns:x:1:t']\n",
            "webhook has no topics; only cloudwatch has",
        ),
        (
            "[sources.cloudwatch]\ntopics = ['alarms']\n",
            "sources.cloudwatch.topics: value error, a topic is named by its arn",
        ),
        (
            "[sources.cloudwatch]\nqueue_url = 'http://sqs/q'\n",
            "the queue's address starts with https://",
        ),
        ("[server]\nport = 99999\n", "server.port: input should be less than or equal"),
        ("server = 1\n", "server must be a table"),
        ("[server\n", "tocsin.toml is not TOML"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(BadSettings) as refused:
        load(from_file(tmp_path, text))
    assert says in str(refused.value)
    assert refused.value.next_move


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    env = from_file(tmp_path, "[slack]\na = 1\nb = 2\n", TOCSIN_WEB_ADMIN="x")
    with pytest.raises(BadSettings) as refused:
        load(env)
    for name in ("slack.a", "slack.b", "web.admin"):
        assert f"there is no setting {name}" in str(refused.value)


def test_a_wrong_value_is_not_repeated(tmp_path: Path) -> None:
    env = from_file(tmp_path, "", TOCSIN_SERVER_PORT="hunter2-secret")
    with pytest.raises(BadSettings) as refused:
        load(env)
    assert "hunter2" not in str(refused.value)


def test_every_key_has_a_sentence() -> None:
    for model in sections().values():
        for field in model.model_fields.values():
            assert field.description
            assert field.description.endswith(".")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[server]\nheartbeat_url = "http://beats.example/x-secret"', "https://"),
        ('[server]\nheartbeat_url = "beats"', "it is no web address"),
        ("[server]\nheartbeat_min = 0", "greater than or equal to 0.01"),
        ("[sources.alertmanager]\nheartbeat_min = -1", "greater than or equal"),
        ('[sources.alertmanager]\npages = ["openai"]', "only statuspage has"),
        ('[sources.statuspage]\npages = ["opnai"]', "none of openai, anthropic"),
        ('[sources.statuspage]\npages = ["http://a.example"]', "https://"),
        ('[watch]\nprometheus_url = "prometheus"', "it is no web address"),
    ],
)
def test_what_cannot_be_watched_is_refused(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(BadSettings) as refused:
        load(from_file(tmp_path, text))
    assert says in refused.value.because
    assert "x-secret" not in str(refused.value)


def test_an_address_that_holds_a_token_can_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("https://beats.example/x-secret\n")
    env = {"TOCSIN_SERVER_HEARTBEAT_URL_FILE": str(tmp_path / "url")}
    settings = load(env | {"TOCSIN_CONFIG": "/nowhere"})
    assert secret(settings.server.heartbeat_url) == "https://beats.example/x-secret"
    assert "x-secret" not in repr(settings)


def test_a_promise_can_be_a_part_of_a_minute(tmp_path: Path) -> None:
    env = {"TOCSIN_SOURCES_ALERTMANAGER_HEARTBEAT_MIN": "0.5"}
    sources = load(env | {"TOCSIN_CONFIG": "/nowhere"}).sources
    assert sources["alertmanager"].heartbeat_min == 0.5
