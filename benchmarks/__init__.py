"""Speed, as ratios against named peers that are measured in the same run, on the same machine, by turns.

A peer does as nearly the same work as it can; where it does more or less, its note says so. Absolute numbers
belong to the machine that gave them: compare ratios.
"""
