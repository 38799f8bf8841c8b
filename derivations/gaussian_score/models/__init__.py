"""Models of data whose score, denoiser and samples are exact."""
