// Feeds the virtual camera of tests: pictures come as raw YUYV through a virtio port, and the
// newest is shown again and again, until the next one is whole.

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 640, HEIGHT = 480, SIZE = WIDTH * HEIGHT * 2, PERIOD_MS = 100 };

static unsigned char shown[SIZE], coming[SIZE];

// What a device is opened by is there a moment after the device.
static int open_soon(const char *path, int flags) {
    for (int tries = 0; tries < 100; tries++) {
        int file = open(path, flags);
        if (file >= 0) return file;
        usleep(100000);
    }
    perror(path);
    return -1;
}

int main(void) {
    int port = open_soon("/dev/virtio-ports/camera", O_RDONLY | O_NONBLOCK);
    int camera = open_soon("/dev/video0", O_RDWR);
    if (port < 0 || camera < 0) return 1;

    struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_OUTPUT};
    format.fmt.pix.width = WIDTH;
    format.fmt.pix.height = HEIGHT;
    format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
    format.fmt.pix.field = V4L2_FIELD_NONE;
    format.fmt.pix.bytesperline = WIDTH * 2;
    format.fmt.pix.sizeimage = SIZE;
    if (ioctl(camera, VIDIOC_S_FMT, &format) < 0) {
        perror("VIDIOC_S_FMT");
        return 1;
    }

    memset(shown, 128, SIZE);
    size_t have = 0;
    for (;;) {
        // Whatever has come, without waiting for more; several pictures at once are read through.
        for (;;) {
            ssize_t got = read(port, coming + have, SIZE - have);
            if (got <= 0) break;
            have += (size_t)got;
            if (have == SIZE) {
                memcpy(shown, coming, SIZE);
                have = 0;
            }
        }
        if (write(camera, shown, SIZE) < 0 && errno != EAGAIN) {
            perror("/dev/video0");
            return 1;
        }
        struct timespec pause = {.tv_nsec = PERIOD_MS * 1000000L};
        nanosleep(&pause, NULL);
    }
}
