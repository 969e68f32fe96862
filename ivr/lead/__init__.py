"""Shift leaders: who hears a talk, whispers, joins or takes it, and who is called to high risk."""
