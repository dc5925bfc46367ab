// A TPM 2.0 of tests: the kernel's virtual one, whose commands go through a virtio port to swtpm on
// the host. Debian's kernels for ARM have drivers for TPMs on SPI and I2C, which QEMU's machine has
// not, and none for the one that it has.

#include <fcntl.h>
#include <linux/vtpm_proxy.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LARGEST = 8192, HEADER = 10, SET_LOCALITY = 0x20001000 };

static uint32_t number(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

// All of so many bytes; a port that nobody has opened yet reads as ended.
static int read_all(int file, unsigned char *into, size_t wanted) {
    size_t have = 0;
    while (have < wanted) {
        ssize_t got = read(file, into + have, wanted - have);
        if (got < 0) return -1;
        if (got == 0) usleep(1000);
        have += (size_t)got;
    }
    return 0;
}

int main(void) {
    unsigned char message[LARGEST];
    int port = -1;
    for (int tries = 0; port < 0 && tries < 100; tries++) {
        port = open("/dev/virtio-ports/tpm", O_RDWR);
        if (port < 0) usleep(100000);
    }
    int proxy = open("/dev/vtpmx", O_RDWR);
    struct vtpm_proxy_new_dev new_one = {.flags = VTPM_PROXY_FLAG_TPM2};
    if (port < 0 || proxy < 0 || ioctl(proxy, VTPM_PROXY_IOC_NEW_DEV, &new_one) < 0) {
        perror("tpm-relay");
        return 1;
    }
    for (;;) {
        struct pollfd commands = {.fd = (int)new_one.fd, .events = POLLIN};
        if (poll(&commands, 1, -1) < 0) return 1;
        ssize_t length = read((int)new_one.fd, message, LARGEST);
        if (length < HEADER) return 1;
        if (number(message + 6) == SET_LOCALITY) {
            static const unsigned char done[HEADER] = {0x80, 0x01, 0, 0, 0, HEADER};
            memcpy(message, done, HEADER);
        } else {
            if (write(port, message, (size_t)length) != length) return 1;
            if (read_all(port, message, HEADER) < 0) return 1;
            if (number(message + 2) < HEADER || number(message + 2) > LARGEST) return 1;
            if (read_all(port, message + HEADER, number(message + 2) - HEADER) < 0) return 1;
        }
        length = number(message + 2);
        if (write((int)new_one.fd, message, (size_t)length) != length) return 1;
    }
}
