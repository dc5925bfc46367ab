// Sets a control of a V4L2 device by its name: `video-control /dev/video8 Disconnect 1`.

#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int count, char **words) {
    if (count != 4) return 2;
    int device = open(words[1], O_RDWR);
    struct v4l2_queryctrl control = {.id = V4L2_CTRL_FLAG_NEXT_CTRL};
    while (ioctl(device, VIDIOC_QUERYCTRL, &control) == 0) {
        if (!strcmp((char *)control.name, words[2])) {
            struct v4l2_ext_control one = {.id = control.id, .value = atoi(words[3])};
            struct v4l2_ext_controls all = {
                .ctrl_class = V4L2_CTRL_ID2CLASS(one.id), .count = 1, .controls = &one};
            if (ioctl(device, VIDIOC_S_EXT_CTRLS, &all) == 0) return 0;
            perror(words[2]);
            return 1;
        }
        control.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
    }
    fprintf(stderr, "%s has no control %s\n", words[1], words[2]);
    return 1;
}
