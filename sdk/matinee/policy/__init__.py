"""Policies: pure functions and tables, no state; each a small Protocol with one named default."""
