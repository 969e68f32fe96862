"""Callbacks: booked on a place in a line, kept, tried and closed."""
