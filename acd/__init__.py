"""Who gets which call: lines, agents, offers, waiting calls. Pure: no I/O, no clock, no chance."""
