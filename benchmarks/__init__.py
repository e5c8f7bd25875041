"""What is claimed, measured: bars with their numbers, and speed against named peers, by turns in the same run.

A peer does as nearly the same work as it can; where it does more or less, its note says so. Absolute numbers
belong to the machine that gave them: compare ratios.
"""
