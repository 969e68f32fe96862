"""From Alertmanager to a group's robot: what it sends, words for people, robots, and the bridge."""
