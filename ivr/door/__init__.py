"""The door: which of the calls that arrive are let in, in which lane, and who hears that all are busy."""
