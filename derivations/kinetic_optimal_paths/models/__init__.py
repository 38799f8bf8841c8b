"""Data separation, energies and optimal paths of spectra and of data sets."""
