"""A talk: caller, agents and whoever they bring in, from the bridge to the last word."""
