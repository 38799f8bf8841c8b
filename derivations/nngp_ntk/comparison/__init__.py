"""Theory against finite networks and ensembles."""
