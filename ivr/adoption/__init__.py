"""Calls of an engine that is no more: where each of them was, and how the next engine goes on with it."""
