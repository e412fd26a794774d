"""What `tocsin doctor collect` says, over real connections."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from tests.loopback import Said, said, serving

pytestmark = pytest.mark.slow  # starts servers


def test_each_neighbour_says_whether_it_answers_and_what_is_missing(
    tmp_path: Path,
) -> None:
    token = "github-token-of-a-test"  # noqa: S105 - of a test
    repo = "/repos/acme/claims"
    answers = {
        f"{repo}/deployments": Said(status=403),
        f"{repo}/releases": said([]),
        f"{repo}/pulls": said([]),
        f"{repo}/actions/runs": said({"workflow_runs": []}),
    }
    with serving(answers) as server:
        environment = {
            "TOCSIN_HOME": str(tmp_path),
            "TOCSIN_CONFIG": str(tmp_path / "none.toml"),
            "TOCSIN_WATCH_PROMETHEUS_URL": server.url,
            "TOCSIN_COLLECT_GITHUB_URL": server.url,
            "TOCSIN_COLLECT_GITHUB_REPOS": "acme/claims",
            "TOCSIN_COLLECT_GITHUB_TOKEN": token,
        }
        told = CliRunner().invoke(
            main, ["doctor", "collect", "--json"], env=environment
        )
    assert told.exit_code == 0, told.output
    assert token not in told.output
    found = {one["check"]: one for one in json.loads(told.output)["checks"]}
    github = found["collect from GitHub acme/claims"]
    assert github["state"] == "warn"
    assert github["says"] == (
        "deployments: the token lacks a right; it needs Deployments (read)"
    )
    assert found["collect from Prometheus"]["says"] == (
        "it knows no such thing, or not for this token"
    )


def test_without_neighbours_it_says_where_to_read_on(tmp_path: Path) -> None:
    environment = {
        "TOCSIN_HOME": str(tmp_path),
        "TOCSIN_CONFIG": str(tmp_path / "none.toml"),
        "TOCSIN_REGISTRY_FILE": str(tmp_path / "registry.yaml"),
    }
    (tmp_path / "registry.yaml").write_text("systems: []")
    told = CliRunner().invoke(main, ["doctor", "collect"], env=environment)
    assert "docs/guides/diagnostics.md" in told.output
