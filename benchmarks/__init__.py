"""What is claimed is measured here: kernels, endpointing, barge-in, bookings, turns."""
