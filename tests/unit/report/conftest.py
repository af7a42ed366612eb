"""One release for all tests of the documents: made once, since it is never changed."""

from __future__ import annotations

import pytest

from etl.model.out import InMemory
from etl.model.releases import ReleaseContent
from etl.report import documents
from tests.unit.report.sample import sample


@pytest.fixture(scope="session")
def content() -> ReleaseContent:
    return sample()


@pytest.fixture(scope="session")
def files(content: ReleaseContent) -> dict[str, bytes]:
    return made(content)


def made(content: ReleaseContent) -> dict[str, bytes]:
    """Every file of a release, by name."""
    out = InMemory()
    documents(content, out)
    return out.contents
