"""District-submissions ETL: workbooks of a province's reporting units in, defensible figures out."""

__version__ = "0.1.0"
