"""Who may come in: admins with roles and sessions, and clients with tokens."""
