"""Flask: views translate between HTTP and the stories. They never decide."""
