"""The C reference: sources, compilation on demand, and calls through ctypes."""
