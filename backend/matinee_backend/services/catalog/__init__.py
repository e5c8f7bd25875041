"""Catalog: what there is to watch, in rows."""
