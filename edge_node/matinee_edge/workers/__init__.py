"""Workers: more processes on the same port, each with hits alone; everything else is relayed to the keeper.

    clients ─► keeper   owns the shelf: misses, fills, heartbeat, and hits too
          └──► worker ─► what stands on the shelf: by itself
                  └────► everything else: relay ─► the keeper's private door

The kernel spreads connections over all who listen on the port. The keeper starts the others, and starts again whoever
dies; they end when it does. What they counted comes back to it as reports, a line a second.
"""
