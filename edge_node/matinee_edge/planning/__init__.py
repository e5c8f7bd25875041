"""The capacity planner: what a roll-out needs, as arithmetic that can be checked by hand.

    command line, plan.toml ─► inputs, planfile ─► Region (quantities: figures with units)
    Region ─► demand ─► fleet               streams, traffic, appliances
           ─► catalog ─► traffic            hit ratio by Zipf, misses, fill
           ─► cost ─► crossover ─► sways    own appliances against a commercial CDN
    all of it: plan ─► findings, report

What may enter: arithmetic over a `Region`. It serves nothing, and no other room of the appliance knows it; only
`__main__` reads a file and prints.
"""
