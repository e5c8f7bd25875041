"""Playback: one request, and everything a player needs until the end."""
