"""Auth: passwords in, signed tokens out; devices are registered at their first login."""
