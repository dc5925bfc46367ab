// Fingers on a touch panel, and a barcode scanner that is a keyboard, for tests: two devices of
// uinput, which do what the lines say that are written to /run/test-input.
//
//   tap X Y MS         a finger at this pixel of a panel of 800x480, for so long
//   drag X Y TO-Y      a finger that moves up or down
//   shift CODE         the scanner types a code, capital letters with Shift
//   caps CODE          the same with Caps Lock: small letters with Shift
//   bare CODE          as shift, without Enter

#include <ctype.h>
#include <fcntl.h>
#include <linux/uinput.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 800, HEIGHT = 480, STROKE_US = 2000 };

static void emit(int device, int type, int code, int value) {
    struct input_event event = {
        .type = (unsigned short)type, .code = (unsigned short)code, .value = value};
    if (write(device, &event, sizeof event) != sizeof event) {
        perror("uinput");
        exit(1);
    }
}

static void must(int done, const char *what) {
    if (done < 0) {
        perror(what);
        exit(1);
    }
}

static void axis(int device, int code, int most) {
    struct uinput_abs_setup setup = {.code = (unsigned short)code, .absinfo = {.maximum = most}};
    must(ioctl(device, UI_ABS_SETUP, &setup), "UI_ABS_SETUP");
}

static void create(int device, const char *name) {
    struct uinput_setup setup = {.id = {.bustype = BUS_USB, .vendor = 0x1209, .product = 1}};
    strcpy(setup.name, name);
    must(ioctl(device, UI_DEV_SETUP, &setup), "UI_DEV_SETUP");
    must(ioctl(device, UI_DEV_CREATE), "UI_DEV_CREATE");
}

static int make_panel(void) {
    int device = open("/dev/uinput", O_WRONLY);
    must(device, "/dev/uinput");
    must(ioctl(device, UI_SET_EVBIT, EV_KEY), "EV_KEY");
    must(ioctl(device, UI_SET_KEYBIT, BTN_TOUCH), "BTN_TOUCH");
    must(ioctl(device, UI_SET_EVBIT, EV_ABS), "EV_ABS");
    must(ioctl(device, UI_SET_PROPBIT, INPUT_PROP_DIRECT), "INPUT_PROP_DIRECT");
    axis(device, ABS_X, WIDTH - 1);
    axis(device, ABS_Y, HEIGHT - 1);
    axis(device, ABS_MT_SLOT, 4);
    axis(device, ABS_MT_TRACKING_ID, 65535);
    axis(device, ABS_MT_POSITION_X, WIDTH - 1);
    axis(device, ABS_MT_POSITION_Y, HEIGHT - 1);
    create(device, "Test panel");
    return device;
}

static int make_scanner(void) {
    int device = open("/dev/uinput", O_WRONLY);
    must(device, "/dev/uinput");
    must(ioctl(device, UI_SET_EVBIT, EV_KEY), "EV_KEY");
    for (int key = KEY_ESC; key <= KEY_CAPSLOCK; key++)
        must(ioctl(device, UI_SET_KEYBIT, key), "a key");
    create(device, "Test scanner");
    return device;
}

static void at(int panel, int x, int y) {
    emit(panel, EV_ABS, ABS_MT_POSITION_X, x);
    emit(panel, EV_ABS, ABS_MT_POSITION_Y, y);
    emit(panel, EV_ABS, ABS_X, x);
    emit(panel, EV_ABS, ABS_Y, y);
}

static void down(int panel, int x, int y) {
    static int finger;
    emit(panel, EV_ABS, ABS_MT_SLOT, 0);
    emit(panel, EV_ABS, ABS_MT_TRACKING_ID, ++finger & 0xfff);
    at(panel, x, y);
    emit(panel, EV_KEY, BTN_TOUCH, 1);
    emit(panel, EV_SYN, SYN_REPORT, 0);
}

static void up(int panel) {
    emit(panel, EV_ABS, ABS_MT_TRACKING_ID, -1);
    emit(panel, EV_KEY, BTN_TOUCH, 0);
    emit(panel, EV_SYN, SYN_REPORT, 0);
}

static void drag(int panel, int x, int y, int to) {
    enum { STEPS = 20 };
    down(panel, x, y);
    for (int step = 1; step <= STEPS; step++) {
        usleep(20000);
        at(panel, x, y + (to - y) * step / STEPS);
        emit(panel, EV_SYN, SYN_REPORT, 0);
    }
    usleep(300000); // it stands still before it leaves, so nothing swings on
    up(panel);
}

static void stroke(int scanner, int key, int pressed) {
    emit(scanner, EV_KEY, key, pressed);
    emit(scanner, EV_SYN, SYN_REPORT, 0);
    usleep(STROKE_US);
}

static void press(int scanner, int key, int shift) {
    if (shift) stroke(scanner, KEY_LEFTSHIFT, 1);
    stroke(scanner, key, 1);
    stroke(scanner, key, 0);
    if (shift) stroke(scanner, KEY_LEFTSHIFT, 0);
}

// The key of a character on a US keyboard, and whether Shift goes with it.
static int key_of(int character, int *shift) {
    static const struct {
        int first;
        const char *plain, *shifted;
    } rows[] = {
        {KEY_1, "1234567890-=", "!@#$%^&*()_+"},
        {KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}"},
        {KEY_A, "asdfghjkl;'`", "ASDFGHJKL:\"~"},
        {KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?"},
        {KEY_SPACE, " ", ""},
    };
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        const char *plain = strchr(rows[row].plain, character);
        const char *shifted = strchr(rows[row].shifted, character);
        *shift = shifted != NULL;
        if (plain) return rows[row].first + (int)(plain - rows[row].plain);
        if (shifted) return rows[row].first + (int)(shifted - rows[row].shifted);
    }
    fprintf(stderr, "no key for %c\n", character);
    exit(1);
}

static void type(int scanner, const char *code, int caps) {
    if (caps) press(scanner, KEY_CAPSLOCK, 0);
    for (; *code; code++) {
        int shift, key = key_of(*code, &shift);
        press(scanner, key, caps && isalpha((unsigned char)*code) ? !shift : shift);
    }
    if (caps) press(scanner, KEY_CAPSLOCK, 0);
}

int main(void) {
    const char *orders = "/run/test-input";
    int panel = make_panel(), scanner = make_scanner();
    must(mkfifo(orders, 0600), orders);
    // Opened for writing too, so that it does not end with whoever writes to it.
    FILE *lines = fdopen(open(orders, O_RDWR), "r");
    if (!lines) return 1;
    static char line[16384];
    while (fgets(line, sizeof line, lines)) {
        int x, y, more;
        line[strcspn(line, "\n")] = 0;
        if (sscanf(line, "tap %d %d %d", &x, &y, &more) == 3) {
            down(panel, x, y);
            usleep((useconds_t)more * 1000);
            up(panel);
        } else if (sscanf(line, "drag %d %d %d", &x, &y, &more) == 3) {
            drag(panel, x, y, more);
        } else if (!strncmp(line, "shift ", 6) || !strncmp(line, "caps ", 5)) {
            type(scanner, strchr(line, ' ') + 1, *line == 'c');
            press(scanner, KEY_ENTER, 0);
        } else if (!strncmp(line, "bare ", 5)) {
            type(scanner, line + 5, 0);
        } else {
            fprintf(stderr, "not understood: %s\n", line);
        }
    }
    return 1;
}
