"""The routes, one file per thing they are about: parse, call one use case, render."""
