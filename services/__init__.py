"""What Rollcall does, whichever door it is asked at. The only writers of the database.

A public function is one transaction: it commits, or raises with nothing written. It
returns frozen values, never rows of the session. Nothing here knows Flask; what depends
on a request (actor, clock, base URL) arrives as an argument.
"""
