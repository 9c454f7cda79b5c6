"""The local cloud beside moto's own server: what enforcement costs, and what many clients do to it."""
