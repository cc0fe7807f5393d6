"""What a change does to the fleet, for the person who reviews it."""
