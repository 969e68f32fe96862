"""The floor in virtual time: callers and agents go in as data, what became of each call comes out."""
