"""Telemetry: what players tell, kept in the event log and followed from there."""
