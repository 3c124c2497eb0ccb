"""Suites of questions and the metrics that say how well a panel answers them."""
