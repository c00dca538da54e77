"""The GPUs that every kernel must compile for, by the name a user knows: (backend, architecture, lanes of a warp)."""

TARGETS = {
    "sm_80": ("cuda", 80, 32),
    "sm_90": ("cuda", 90, 32),
    "sm_100": ("cuda", 100, 32),
    "gfx942": ("hip", "gfx942", 64),
}
