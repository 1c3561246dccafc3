"""Models are data: the catalogue, the store on disk, the starter weights, and what trained them."""
