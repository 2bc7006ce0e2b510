"""Window stations, desktops, their heaps, and the USER objects on them (nt-semantics 6 to 8)."""
