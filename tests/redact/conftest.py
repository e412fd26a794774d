"""One redactor for all redaction tests: building it is the slow part."""

import pytest

from bot.redact import Definition, Redactor, load_definition


@pytest.fixture(scope="session")
def definition() -> Definition:
    return load_definition()


@pytest.fixture(scope="session")
def redactor(definition: Definition) -> Redactor:
    return Redactor(definition, key=b"a key for tests")
