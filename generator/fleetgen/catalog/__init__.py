"""What is known of hardware and releases: cards and how they are shared, versions and where they run. Pure."""
