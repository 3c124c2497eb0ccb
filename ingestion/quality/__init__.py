"""Quality: figures of what was read, and what is thought of them."""
