"""Entitlement: who may play what now, and how many streams at once."""
