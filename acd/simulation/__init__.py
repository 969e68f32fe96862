"""The floor in virtual time: callers and agents as data go in, what became of each call comes out. Chance stays outside."""
