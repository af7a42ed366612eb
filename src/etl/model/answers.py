"""What a sender answers to findings, on the first sheet of the workbook that went back."""

from __future__ import annotations

from dataclasses import dataclass

from etl.model.grids import Grid

#: what stands in A1 of the findings sheet
TITLE = "PHÁT HIỆN KHI KIỂM TRA / FINDINGS OF THE CHECK"
#: columns of the findings sheet, from 1: the sender's answer; hidden: the rule, the place
ANSWER, RULE, PLACE = 6, 7, 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender wrote beside a finding: the rule, the cell that it is about ('' for none), and the words."""

    code: str
    sheet: str
    cell: str
    text: str


def answers_of(grid: Grid) -> tuple[Answer, ...]:
    """What a sender answered on a findings sheet that came back; () for any other sheet."""
    if grid.at(0, 0) != TITLE:
        return ()
    found = []
    for row in range(grid.top, grid.top + len(grid.rows)):
        code, place, text = (str(grid.at(row, column - 1)).strip() for column in (RULE, PLACE, ANSWER))
        if code and text and " ! " in f"{place} ":
            sheet, _, cell = place.rpartition("!")
            found.append(Answer(code, sheet.strip(), cell.strip(), text))
    return tuple(found)
