"""Fakes and builders that several tests share: clocks, networks, media."""
