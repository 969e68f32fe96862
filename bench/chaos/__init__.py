"""Faults on purpose: a whole hotline as `hotline up` runs it, real Asterisk, SIPp as the crowd, and what was promised.

`python -m bench.chaos` (or `make chaos`) prints the table of promises with measured figures.
"""
