"""django-mongodb-backend, with sorting that can use an index."""
