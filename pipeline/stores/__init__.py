"""Where calls, turns and appointments are kept."""
