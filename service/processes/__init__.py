"""What Parley consists of when it runs: the web server, the worker, and what starts them; the wiring of each."""
