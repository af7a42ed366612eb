"""The benchmark: what a workbook costs from the inbox to published figures, beside the floor and beside other tools."""
