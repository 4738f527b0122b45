/* Makes nothing durable: loaded before a program, to measure what its durability costs. */
int fsync(int file) { (void)file; return 0; }
int fdatasync(int file) { (void)file; return 0; }
