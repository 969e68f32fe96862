"""What Prometheus sees: `families.py` names every metric once, the others count and measure them."""
