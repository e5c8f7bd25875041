"""The appliance beside nginx: the two servers, what is asked of them, by whom. The trial is `benchmarks.appliance`."""
