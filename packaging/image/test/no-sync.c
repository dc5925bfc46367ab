// A system whose fsync does nothing, as `synchronous=OFF` would make it: preloaded for the control
// of scripts/power-cuts, which has to lose passages.

int fsync(int file) {
    (void)file;
    return 0;
}

int fdatasync(int file) {
    (void)file;
    return 0;
}
