"""Numerical methods on arrays of samples: tapers, filters, resampling, rotation, amplitudes, windows."""
