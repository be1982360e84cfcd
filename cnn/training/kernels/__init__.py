"""Operations that train faster on a CPU and compute the same numbers."""
