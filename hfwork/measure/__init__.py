"""From rows to counts: plan first, then count once."""
