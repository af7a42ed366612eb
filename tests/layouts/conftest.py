"""The reference data with the forms of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.model.reference import Reference
from etl.store.reference import load_reference
from tests.layouts.books import folders_at


@pytest.fixture(scope="package")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return folders_at(tmp_path_factory.mktemp("layouts"))


@pytest.fixture(scope="package")
def known(folders: tuple[Path, Path]) -> Reference:
    return load_reference(*folders)
