"""The seams: what a call needs of engines, flows, stores and clocks. Protocols and plain data."""
