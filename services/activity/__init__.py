"""What happened: every request and every change, written, kept for a while, read."""
