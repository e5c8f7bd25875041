"""Members: the profiles of an account."""
