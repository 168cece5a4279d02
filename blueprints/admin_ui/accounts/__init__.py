"""Who signs in, and how: set-up, sessions, accounts, invitations."""
