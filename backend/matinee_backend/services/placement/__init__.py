"""Placement: what each appliance should hold, by what viewers are expected to want."""
