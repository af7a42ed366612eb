"""Write the golden grids anew. A person runs this, and reads the diff before committing it."""

from __future__ import annotations

from tests.golden.grid_text import WORKBOOKS, golden_of, text_of


def main() -> None:
    """Each workbook's grids into its file."""
    for workbook in WORKBOOKS:
        golden_of(workbook).write_text(text_of(workbook), encoding="utf-8")


if __name__ == "__main__":
    main()
