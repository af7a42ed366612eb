"""The sample sets, end to end: workbooks in, the figures of truth.json out."""
