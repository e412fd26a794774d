"""Prints the table of a storm once the tests are over, where one process ran them."""

import pytest

TABLES = pytest.StashKey[list[list[str]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash.setdefault(TABLES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for table in terminalreporter.config.stash.get(TABLES, []):
        terminalreporter.section("the storm")
        for line in table:
            terminalreporter.write_line(line)
