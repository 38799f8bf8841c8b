"""Networks of infinite width as data: layers, kernels, ensembles, finite samples."""
