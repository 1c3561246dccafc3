"""One sans-I/O codec per carrier: bytes from the socket in, events out; commands in, bytes out."""
