"""Vietnamese text as districts type it: encodings, names, numbers, dates. Pure functions, no I/O, no reference data."""
