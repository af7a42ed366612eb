"""Layouts as data: forms that only these tests know, in YAML, and workbooks laid out as they say."""
