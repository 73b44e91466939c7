"""What people and programs do with Parley: a file for each, over the stores and adapters that it is handed."""
