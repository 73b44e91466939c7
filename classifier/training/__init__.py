"""Making the model. Never imported at run time."""
