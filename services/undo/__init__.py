"""Undo: what a request, or somebody in a while, changed is changed back."""
