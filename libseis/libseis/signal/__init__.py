"""Numerical rules on arrays of samples, one implementation of each: tapers, filters, resampling, differentiation."""
