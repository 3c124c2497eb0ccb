"""From bytes to parts and chunks, each file in a process that can be killed."""
