"""The composition root, storey by storey: where every part of a hotline is built and joined to the others."""
