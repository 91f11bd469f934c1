"""The deck of a meeting: drawn from a release, brought up to another one, proved."""
