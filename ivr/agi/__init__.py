"""The FastAGI door: calls of a dialplan that is not ours walk the same plan (`docs/fastagi.md`)."""
