"""Measurements beside peers; each module has a ``main`` and prints ratios, which outlive any one machine."""
