"""The service itself: organizations, their settings and admins, and who owns it all."""
