"""What the caller hears: catalogue, spoken numbers, building audio from text."""
