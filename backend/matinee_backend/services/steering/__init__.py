"""Steering: which appliances serve a session, and what each should hold."""
