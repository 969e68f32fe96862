"""接听记录单 (form 6): one for each call that somebody answered, opened by the call, filled by whoever answered it."""
