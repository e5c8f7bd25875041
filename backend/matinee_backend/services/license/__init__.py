"""License: content keys, wrapped to one device and signed."""
