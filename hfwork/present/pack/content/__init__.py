"""What documents say: elements made from a release, each named by a key."""
