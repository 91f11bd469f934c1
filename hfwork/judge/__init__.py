"""Arithmetic only: numbers in, numbers and codes out."""
