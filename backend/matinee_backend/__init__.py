"""The control plane: it decides who may watch what, from where and under which license, and carries no media.

A modular monolith: each service is a Service value of thin routes over pure `rules`, all of them speak to
storage through `ports`, and `gateway` makes one application of all or of some. What may not enter: media
bytes, and anything on the way of `/v1/play` that it could do without.
"""
