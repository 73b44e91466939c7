"""What Parley is told from outside: settings, the default policy, the servers' own configuration."""
