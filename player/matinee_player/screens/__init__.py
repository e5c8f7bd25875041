"""Screens: each turns keys into wishes and facts into the next view; none decides how to play."""
