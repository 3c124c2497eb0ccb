"""Measurements as ratios in one run; `python -m benchmarks` lists and runs them."""
