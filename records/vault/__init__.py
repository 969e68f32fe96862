"""Recordings at rest: sealed with a key of their own each, which a master key wraps (`vault.py`)."""
