"""The whole system on one machine: which processes, kept running, looked at, stopped; and the demo.

What may enter: what starts, watches and stops the other programs, each a process of its own. It is the one
package that may know all others, and none of them knows it. No rule of any service lives here.

`plan` says which processes with which arguments (pure); `state` names every path of the state directory;
`processes` tells a process from a later one of the same number; `tether` ends a child whose supervisor is gone;
`supervisor` starts, watches and restarts; `status` looks from outside; `clip` and `demo` are the first evening.
"""
