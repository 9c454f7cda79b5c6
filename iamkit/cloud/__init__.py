"""A cloud on the laptop: real SDKs sign requests, the engine decides them, moto keeps what they make."""
