"""The composition root: settings, wiring, the command, embedded servers."""
