"""Widgets: each renders a value it is given, and says by a message what the viewer did; none knows another."""
