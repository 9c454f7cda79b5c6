"""Policies as formulas: which requests can differ at all, and what a policy set says of them."""
