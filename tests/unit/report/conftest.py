"""One release for all tests of the documents: made once, since it is never changed."""

from __future__ import annotations

import pytest

from etl.model.releases import ReleaseContent
from etl.report import documents
from tests.unit.report.sample import sample


@pytest.fixture(scope="session")
def content() -> ReleaseContent:
    return sample()


@pytest.fixture(scope="session")
def files(content: ReleaseContent) -> dict[str, bytes]:
    return documents(content)
