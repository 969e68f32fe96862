"""The plan as a dialplan that Asterisk walks alone while the engine is away. Pure: values in, text out."""
