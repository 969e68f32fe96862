"""Simulations of the floor: where chance comes in, recorded days, staffing and the chart."""
