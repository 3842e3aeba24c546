"""Documents are made in the tests; hostile ones object by object."""
