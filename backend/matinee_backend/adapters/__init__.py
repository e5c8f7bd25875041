"""Storage behind the ports: in memory, in SQLite, in folders. Only `stores` chooses among them."""
