"""The contract suite is no test module itself: let its assertions explain themselves too."""

import pytest

for part in (
    "shelf",
    "panel_contract",
    "lifecycle_contract",
    "search_contract",
    "lexical_contract",
):
    pytest.register_assert_rewrite(f"tests.panels.{part}")
