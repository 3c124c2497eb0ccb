"""HTTP, server-sent events and pages: parse, call one use case, render."""
