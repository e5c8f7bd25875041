"""The ASGI kit shared by every server of Matinee: a Service value, `compose`, problem replies, `serve`.

What may enter: what the control plane and the appliance both need, and no rule of either.
"""
