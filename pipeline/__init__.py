"""What acts: sockets, clocks, threads, engines and stores around the pure core."""
