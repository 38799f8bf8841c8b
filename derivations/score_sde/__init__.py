"""Score SDE."""
RESULTS = ("setting", "kernels", "probability_flow", "likelihood", "ancestral", "annealed", "langevin", "reverse_sde", "prior_mismatch", "kl_identity", "local_error", "samplers", "predictor_corrector")
REFERENCES = ""
