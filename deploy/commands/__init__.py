"""The commands behind ``diptych``: parse, call one use case, print."""
