"""The registers (登记表, forms 4 and 5): lines, receiving units, agents, experts; in versions, never deleted."""
