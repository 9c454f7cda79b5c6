"""Signature Version 4 for the clients and servers that people have; each module needs its own package, this one none.

`requests`, `httpx` and `botocore` sign what a client sends. `wsgi` and `asgi` verify what a server receives.
"""
