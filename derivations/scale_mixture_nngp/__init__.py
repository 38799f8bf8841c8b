"""Scale mixtures of neural-network Gaussian processes"""

RESULTS = ()
REFERENCES = ""
