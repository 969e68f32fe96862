"""What a plan would do, before it does it: test calls, differences, recorded calls walked again. Pure."""
