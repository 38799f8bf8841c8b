"""What users call: the flow of any activation, its critical initialisation, exact correlators."""
