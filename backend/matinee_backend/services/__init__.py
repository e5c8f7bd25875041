"""The services: pure `rules`, thin `routes`, and between them the verb that carries a rule out.

A service may use another's verb (playback asks entitlement, steering and license), never its routes.
"""
