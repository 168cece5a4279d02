"""What every list is read with: filters as SQL, and pages by key.

Which attributes there are is SCIM's to say (`scim/`), what a list shows its owner's.
"""
