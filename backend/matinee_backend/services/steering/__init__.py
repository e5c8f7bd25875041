"""Steering: which appliances serve a session, best first."""
