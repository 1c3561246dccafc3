"""The cognitive layer: what a caller meant, what happens next, what is said. It knows no audio."""
