"""The model of the signature lab: what a client signs, what arrives, what the server says. No widget in sight."""
